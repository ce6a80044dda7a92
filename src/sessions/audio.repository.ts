import { In, type EntityManager } from 'typeorm';
import { TamperedError } from '../privacy/envelope.js';
import { AudioPiece } from './audio.entity.js';
import type { Item, OpenedSession } from './batch.js';
import { placeOf } from './columns.js';
import { Utterance } from './utterance.entity.js';
import type { Vault } from './vault.service.js';

type AudioItem = Extract<Item, { type: 'audio' }>;

/** Bytes of one sealed piece: 8 s. */
const PIECE_BYTES = 262_144;

/** The sound of utterances, in sealed pieces. Always in the caller's transaction. */
export class AudioRepository {
  constructor(private readonly vault: Vault) {}

  /** Of utterances that are stored; what was written before is recognised. */
  async write(
    manager: EntityManager,
    { id: sessionId, tenant }: OpenedSession,
    dataKey: Buffer,
    items: readonly AudioItem[],
  ): Promise<void> {
    if (items.length === 0) return;
    const ids = items.map(({ audio }) => audio.utteranceId);
    const stored = await manager.find(Utterance, { where: { sessionId, id: In(ids) }, select: { id: true } });
    for (const { at, audio } of items) {
      const { utteranceId, pcm } = audio;
      if (!stored.some(({ id }) => id === utteranceId)) continue;
      const pieces = Math.ceil(pcm.byteLength / PIECE_BYTES);
      const rows = Array.from({ length: pieces }, (_, piece) => {
        const place = placeOf('audio', tenant, sessionId, utteranceId, piece, pieces);
        const bytes = pcm.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES);
        const sealed = this.vault.sealBytes(dataKey, place, bytes);
        return { sessionId, utteranceId, piece, pieces, tenant, createdAt: at, sealed };
      });
      if (pieces > 0) await manager.createQueryBuilder().insert().into(AudioPiece).values(rows).orIgnore().execute();
    }
  }

  /** 16-bit PCM, mono, 16 kHz; undefined where none is kept. @throws TamperedError also where a piece is gone */
  async read(
    manager: EntityManager,
    dataKey: Buffer,
    { tenant, sessionId, utteranceId }: Pick<AudioPiece, 'tenant' | 'sessionId' | 'utteranceId'>,
  ): Promise<Buffer | undefined> {
    const rows = await manager.find(AudioPiece, {
      where: { tenant, sessionId, utteranceId },
      order: { piece: 'ASC' },
    });
    const [first] = rows;
    if (!first) return undefined;
    if (rows.length !== first.pieces) throw new TamperedError();
    const opened = rows.map(({ piece, pieces, sealed }) =>
      this.vault.openBytes(dataKey, placeOf('audio', tenant, sessionId, utteranceId, piece, pieces), sealed),
    );
    return Buffer.concat(opened);
  }

  /** Utterances of a session whose sound is kept. */
  async kept(manager: EntityManager, tenant: string, sessionId: string): Promise<ReadonlySet<string>> {
    const where = { tenant, sessionId, piece: 0 };
    const rows = await manager.find(AudioPiece, { where, select: { utteranceId: true } });
    return new Set(rows.map(({ utteranceId }) => utteranceId));
  }
}
