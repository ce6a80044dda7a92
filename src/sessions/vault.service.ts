import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { forgetOldest } from '../common/forget-oldest.js';
import { newDataKey, open, seal } from '../privacy/envelope.js';
import { openKeys, type KeySource } from '../privacy/key-source.js';
import { rewrap, type KeyService, type WrappedKey } from '../privacy/master-keys.js';
import { pseudonymOf } from '../privacy/pseudonym.js';
import { placeOf } from './columns.js';
import { DeploymentKey } from './deployment-key.entity.js';
import { Subject } from './subject.entity.js';

/** Data keys kept open: of the subjects that speak now, or are being read. */
const MAX_OPEN_KEYS = 1_000;
const PSEUDONYMS = 'pseudonym';

/** The subject was erased: nothing of it can be read or written any more. */
export class ErasedError extends Error {
  constructor() {
    super('This subject was erased.');
    this.name = 'ErasedError';
  }
}

/** A subject that may be written to: its id and open data key. */
export interface OpenSubject {
  readonly id: string;
  readonly dataKey: Buffer;
}

/** Everything that needs a key: pseudonyms, data keys, sealing and opening. Ready as soon as the database was. */
export class Vault {
  private keys: KeyService | undefined;
  private pseudonyms: Buffer | undefined;
  /** By subject id; the oldest leaves first. */
  private readonly opened = new Map<string, Buffer>();

  constructor(private readonly source: KeySource) {}

  /** The deployment's pseudonym key, which ids of consents are made with as well. */
  get pseudonymKey(): Buffer {
    if (!this.pseudonyms) throw new Error('the vault is asked for before the database was ready');
    return this.pseudonyms;
  }

  /** Opens the master keys that the database needs. @throws MissingMasterKeyError, KeyFileError, TamperedError */
  async prepare(manager: EntityManager): Promise<void> {
    const needed = await manager.query<{ id: string }[]>(
      'SELECT master_key_id AS id FROM subjects WHERE master_key_id IS NOT NULL UNION SELECT master_key_id FROM keys',
    );
    this.keys = await openKeys(
      this.source,
      needed.map(({ id }) => id),
    );
    this.pseudonyms ??= await this.deploymentKey(manager, PSEUDONYMS);
  }

  pseudonymOf(tenant: string, subjectRef: string): string {
    return pseudonymOf(this.pseudonymKey, tenant, subjectRef);
  }

  /** Finds the subject, or makes it with a data key of its own. An erasure waits until the transaction is over. */
  async subject(manager: EntityManager, tenant: string, pseudonym: string, now: Date): Promise<OpenSubject> {
    const wanted = { where: { tenant, pseudonym }, lock: { mode: 'pessimistic_read' } } as const;
    const found = await manager.findOne(Subject, wanted);
    if (found) return { id: found.id, dataKey: await this.unwrapped(found) };
    const id = randomUUID();
    const dataKey = newDataKey();
    const { masterKeyId, bytes } = await this.service.wrap(dataKey, keyPlace(tenant, id));
    // Another node may be faster with the same person.
    await manager
      .createQueryBuilder()
      .insert()
      .into(Subject)
      .values({ id, tenant, pseudonym, masterKeyId, wrappedKey: Buffer.from(bytes), createdAt: now, erasedAt: null })
      .orIgnore()
      .execute();
    const kept = await manager.findOneOrFail(Subject, wanted);
    return { id: kept.id, dataKey: await this.unwrapped(kept) };
  }

  /**
   * `lock`: an erasure waits until the transaction is over.
   * @throws ErasedError; TamperedError where the wrapped key is not what was stored.
   */
  async dataKey(manager: EntityManager, tenant: string, id: string, { lock = false } = {}): Promise<Buffer> {
    const mode = lock ? ({ lock: { mode: 'pessimistic_read' } } as const) : {};
    const subject = await manager.findOne(Subject, { where: { tenant, id }, ...mode });
    if (!subject) throw new ErasedError();
    return this.unwrapped(subject);
  }

  seal(dataKey: Uint8Array, place: string, value: object): Buffer {
    return seal(dataKey, JSON.stringify(value), place);
  }

  /** @throws TamperedError: never garbage. */
  open(dataKey: Uint8Array, place: string, sealed: Uint8Array): unknown {
    return JSON.parse(open(dataKey, sealed, place).toString('utf8'));
  }

  /** The same for bytes that are no JSON. */
  sealBytes(dataKey: Uint8Array, place: string, bytes: Uint8Array): Buffer {
    return seal(dataKey, bytes, place);
  }

  /** @throws TamperedError */
  openBytes(dataKey: Uint8Array, place: string, sealed: Uint8Array): Buffer {
    return open(dataKey, sealed, place);
  }

  forget(subjectId: string): void {
    this.opened.get(subjectId)?.fill(0);
    this.opened.delete(subjectId);
  }

  /** Brings every data key under the current master key; the data stays as it is. Returns how many were moved. */
  async rotate(manager: EntityManager): Promise<number> {
    const { service } = this;
    let moved = 0;
    const subjects = await manager
      .createQueryBuilder(Subject, 'subject')
      .where('subject.masterKeyId <> :id', { id: service.currentId })
      .setLock('pessimistic_write')
      .getMany();
    for (const { id, tenant, masterKeyId, wrappedKey } of subjects) {
      if (!masterKeyId || !wrappedKey) continue;
      const fresh = await rewrap(service, { masterKeyId, bytes: wrappedKey }, keyPlace(tenant, id));
      if (!fresh) continue;
      await manager.update(Subject, id, { masterKeyId: fresh.masterKeyId, wrappedKey: Buffer.from(fresh.bytes) });
      moved += 1;
    }
    for (const { name, masterKeyId, wrapped } of await manager.find(DeploymentKey)) {
      const fresh = await rewrap(service, { masterKeyId, bytes: wrapped }, deploymentPlace(name));
      if (!fresh) continue;
      await manager.update(DeploymentKey, name, { masterKeyId: fresh.masterKeyId, wrapped: Buffer.from(fresh.bytes) });
      moved += 1;
    }
    return moved;
  }

  private get service(): KeyService {
    if (!this.keys) throw new Error('the vault is asked for before the database was ready');
    return this.keys;
  }

  private async unwrapped({ id, tenant, masterKeyId, wrappedKey }: Subject): Promise<Buffer> {
    // The row is read each time, the key only once: another node may have erased the subject.
    if (!masterKeyId || !wrappedKey) {
      this.forget(id);
      throw new ErasedError();
    }
    const known = this.opened.get(id);
    if (known) return known;
    const dataKey = await this.unwrap({ masterKeyId, bytes: wrappedKey }, keyPlace(tenant, id));
    this.opened.set(id, dataKey);
    forgetOldest(this.opened, MAX_OPEN_KEYS);
    return dataKey;
  }

  /** A key that this server does not know may be new: made by `undertone keys rotate` while it ran. */
  private async unwrap(wrapped: WrappedKey, place: string): Promise<Buffer> {
    if (!this.service.has(wrapped.masterKeyId)) this.keys = await openKeys(this.source, [wrapped.masterKeyId]);
    return this.service.unwrap(wrapped, place);
  }

  private async deploymentKey(manager: EntityManager, name: string): Promise<Buffer> {
    const { masterKeyId, bytes } = await this.service.wrap(newDataKey(), deploymentPlace(name));
    const fresh = { name, masterKeyId, wrapped: Buffer.from(bytes), createdAt: new Date() };
    await manager.createQueryBuilder().insert().into(DeploymentKey).values(fresh).orIgnore().execute();
    const kept = await manager.findOneByOrFail(DeploymentKey, { name });
    return this.unwrap({ masterKeyId: kept.masterKeyId, bytes: kept.wrapped }, deploymentPlace(name));
  }
}

const keyPlace = (tenant: string, id: string): string => placeOf('subjects', tenant, id);
const deploymentPlace = (name: string): string => placeOf('keys', name);
