import type { EntityManager } from 'typeorm';
import { WireError } from '../common/errors.js';
import type { FusedEmotion } from '../emotion/fused.js';
import type { Emotion } from '../emotion/scores.js';
import { relabel } from '../fusion/relabel.js';
import type { Caller } from '../gateway/auth.js';
import type { Correction } from '../emotion/record.js';
import type { LiveSessions } from '../gateway/live-sessions.js';
import type { PipelineService } from '../pipeline/pipeline.service.js';
import type { NodeMessage } from '../sessions/node-messages.js';
import type { Nodes } from '../sessions/nodes.service.js';
import { RevisionError, type SessionsRepository } from '../sessions/sessions.repository.js';
import type { AccessesRepository } from './accesses.repository.js';
import type { ResultPage } from './api.js';
import { noUtterance, sessionId, utteranceId } from './ids.js';
import type { ReviewChanges } from './changes.js';
import type { SessionsReader } from './sessions.reader.js';
import type { ReviewStorage } from './storage.service.js';

/** What a person decides about an utterance. */
export type Decided =
  | { readonly action: 'overridden'; readonly label: Emotion }
  | { readonly action: 'revoked' }
  /** `to`: the version that is brought back; left out: the one before what stands. */
  | { readonly action: 'restored'; readonly to?: number | undefined };

type Revised = Extract<NodeMessage, { kind: 'revised' }>;

const CAUSE = { overridden: 'labelOverride', revoked: 'labelRevoked', restored: 'labelRestored' } as const;

/** Corrects labels: a new revision beside the old ones, told to whoever listens. Nothing is lost, everything can be undone. */
export class Labels {
  constructor(
    private readonly storage: ReviewStorage,
    private readonly reader: SessionsReader,
    private readonly sessions: SessionsRepository,
    private readonly accesses: AccessesRepository,
    private readonly pipeline: PipelineService,
    private readonly live: LiveSessions,
    private readonly changes: ReviewChanges,
    nodes: Nodes,
  ) {
    sessions.relabelBy((fused, label) => relabel(fused, label, pipeline.silentBelow));
    nodes.listen({
      heard: (message) => {
        if (message.kind === 'revised') void this.retell(message).catch(() => undefined);
      },
      missed: () => undefined,
    });
  }

  /**
   * `version`: the revision that the person saw.
   * @throws WireError `notFound`, `conflict` where another version stands meanwhile, `sessionExpired` once words are gone
   */
  async decide(
    caller: Caller,
    named: { readonly session: string; readonly utterance: string },
    decided: Decided,
    { reason, version }: { readonly reason: string; readonly version: number },
  ): Promise<ResultPage> {
    const { tenant } = caller;
    const [id, utterance] = [sessionId(named.session), utteranceId(named.utterance)];
    const made = await this.storage.run(async (manager) => {
      const restores = decided.action === 'restored' ? (decided.to ?? version - 1) : undefined;
      if (restores !== undefined && (restores < 1 || restores >= version)) throw nothingToRestore(version);
      const revision = {
        tenant,
        sessionId: id,
        utteranceId: utterance,
        expected: version,
        action: decided.action,
        author: caller.keyId,
        reason,
        ...(restores === undefined ? {} : { restores }),
        derive: (current: FusedEmotion, restored: FusedEmotion | undefined) => this.derive(decided, current, restored),
      };
      const revised = await this.sessions.revise(manager, revision, new Date()).catch(async (error: unknown) => {
        throw error instanceof RevisionError ? await this.refusal(manager, error, tenant, id, utterance) : error;
      });
      // The answer holds words.
      await this.accesses.session(manager, caller, id, 'session.read', new Date());
      return { revised, page: await this.reader.result(manager, tenant, id, revised.result.id) };
    });
    const { result, fused } = made.revised;
    this.tell(tenant, id, { utteranceId: utterance, revision: result.revision, fused, cause: CAUSE[decided.action] });
    return made.page;
  }

  /** A correction that was made at another node: it is stored, and told here to whoever listens here. */
  private async retell({ tenant, sessionId: id, utteranceId, revision }: Revised): Promise<void> {
    const made = await this.storage.run((manager) =>
      this.reader.correction(manager, tenant, id, `${utteranceId}r${revision}`),
    );
    if (made) this.tell(tenant, id, made);
  }

  private derive(decided: Decided, current: FusedEmotion, restored: FusedEmotion | undefined): FusedEmotion {
    if (decided.action === 'restored') return restored ?? current;
    return relabel(current, decided.action === 'overridden' ? decided.label : null, this.pipeline.silentBelow);
  }

  private tell(tenant: string, id: string, correction: Correction): void {
    const entry = this.live.find(tenant, id);
    if (entry) entry.correct(correction);
    else this.changes.revised(tenant, id, correction);
    this.changes.tell(tenant, { sessionId: id, change: 'revised', utteranceId: correction.utteranceId });
  }

  /** What stands now, and what to do. */
  private async refusal(
    manager: EntityManager,
    { reason }: RevisionError,
    tenant: string,
    id: string,
    utterance: string,
  ): Promise<WireError> {
    if (reason === 'erased') {
      return new WireError('sessionExpired', 'What this label was made from is gone; it can no longer be corrected.');
    }
    // The session itself may be none of this tenant's.
    await this.reader.open(manager, tenant, id);
    const rows = await this.reader.revisions(manager, tenant, id, utterance);
    const current = rows.find(({ supersededAt }) => supersededAt === null);
    if (!current) return noUtterance();
    if (reason === 'notFound') return nothingToRestore(current.revision);
    return new WireError(
      'conflict',
      `Version ${current.revision} stands meanwhile (${current.cause}): look at ${current.id}, and send version ${current.revision} if you still want to.`,
      { param: 'version' },
    );
  }
}

const nothingToRestore = (version: number): WireError =>
  new WireError('configInvalid', `Version ${version} stands: only one before it can be brought back.`, { param: 'to' });
