import { Inject, Injectable, Logger, Optional, type OnModuleDestroy } from '@nestjs/common';
import { messageOf, WireError } from '../common/errors.js';
import { forgetOldest } from '../common/forget-oldest.js';
import { MODALITIES, type Modality } from '../emotion/evidence.js';
import { remaining, type ConsentRecord, type ConsentStore } from '../privacy/consent-record.js';
import { msLeft, openConsent, type Consent, type Permission } from '../privacy/consent.js';
import type { Notice } from '../privacy/notice.js';
import type { ConsentReceipt } from '../privacy/consent-receipt.js';
import { receiptOf } from '../privacy/receipt.js';
import { Nodes } from '../sessions/nodes.service.js';
import type { Caller } from './auth.js';

export const CONSENT_STORE = Symbol('CONSENT_STORE');
export const ERASURE = Symbol('ERASURE');
export const SERVED_NOTICE = Symbol('SERVED_NOTICE');

/** Destroys everything stored of the subject of a consent. Undefined where nothing is stored. @throws where it cannot now */
export type Erasure = (tenant: string, consentId: string) => Promise<void>;

/** Something that is being read under a consent. */
export interface Reading {
  /** Takes effect before it returns: nothing of these modalities is looked at any more, what was buffered is gone. */
  stop(modalities: readonly Modality[]): void;
  /** Resolves when nothing more will come of it. */
  over(): Promise<void>;
}

/** A consent that was accepted, and what may be read under it. */
export interface Admitted extends Permission {
  readonly record: ConsentRecord;
  readonly receipt: ConsentReceipt;
  /** The reading is over. */
  leave(): void;
}

export interface Withdrawal {
  /** What may still be read under this record. */
  readonly remaining: readonly Modality[];
  /** Is it written down? `false`: the database is away; it holds all the same, and is written as soon as it can be. */
  readonly recorded: boolean;
  readonly erased: boolean;
  readonly receipt?: ConsentReceipt;
}

const RETRY_MS = 2_000;
/** A reading that lasts looks at the clock so often, ms: the clock may jump, and no timer waits for more than 24 days. */
const LOOK_EVERY_MS = 60_000;
/** Withdrawals remembered by this process, whatever the database says. */
const MAX_REMEMBERED = 100_000;

interface Pending {
  readonly tenant: string;
  readonly id: string;
  readonly modalities: readonly Modality[];
  readonly at: Date;
}
interface Running {
  readonly reading: Reading;
  readonly subject: string;
}

/** The gate: nothing is read without a record, and a withdrawal reaches everything that is being read under it. */
@Injectable()
export class Consents implements OnModuleDestroy {
  private readonly log = new Logger('Consents');
  private readonly running = new Map<string, Set<Running>>();
  private readonly withdrawn = new Map<string, Set<Modality>>();
  private readonly pending = new Set<Pending>();
  private retry: NodeJS.Timeout | undefined;

  constructor(
    @Inject(SERVED_NOTICE) private readonly notice: Notice,
    @Inject(CONSENT_STORE) private readonly store: ConsentStore,
    @Inject(ERASURE) private readonly erasure: Erasure | undefined,
    @Optional() @Inject(Nodes) nodes?: Nodes,
  ) {
    nodes?.listen({
      heard: (message) => {
        if (message.kind === 'withdrawn') this.stop(message.tenant, message.consentId, message.modalities);
      },
      missed: () => void this.lookAgain(),
    });
  }

  /**
   * Judges a request and takes its consent up. From here on a withdrawal reaches `reading`, also while it is still being set up,
   * and so does the moment at which the consent expires.
   * @throws WireError `consentRequired`, `contextProhibited`, `configInvalid`; `overloaded` while records cannot be looked up
   */
  async admit(caller: Caller, request: Parameters<typeof openConsent>[0], reading: Reading): Promise<Admitted> {
    const at = new Date();
    const permission = openConsent(request, this.notice, at);
    const { tenant } = caller;
    const kept = await this.store.keep(tenant, permission.consent, at).catch((error: unknown) => {
      this.log.error({ msg: 'a consent could not be kept', reason: messageOf(error) });
      // Nobody can say whether it was withdrawn: then nothing is read.
      throw new WireError('overloaded', 'Consents cannot be looked up now; try again soon.', {
        retryAfterMs: RETRY_MS,
      });
    });
    const record = this.asKnown(kept);
    if (!record.consent) {
      throw new WireError(
        'consentRequired',
        'What was kept of this consent was erased: show the notice, and ask the person for a new one.',
        { param: 'consent' },
      );
    }
    const gone = permission.modalities.find((modality) => record.withdrawn[modality] !== undefined);
    if (gone) {
      throw new WireError('consentRequired', `This consent was withdrawn for ${gone}: ask the person anew.`, {
        param: 'consent.modalities',
      });
    }
    const leave = this.join(record, permission.consent, reading);
    return { ...permission, record, receipt: this.receipt(record, at), leave };
  }

  /** @throws WireError `notFound` */
  async find(caller: Caller, named: string): Promise<ConsentReceipt> {
    const record = await this.store.find(caller.tenant, idOf(named));
    if (!record) throw notFound();
    return this.receipt(this.asKnown(record), new Date());
  }

  /**
   * Takes effect in every reading of the record before anything is awaited. `erase` destroys what is stored of the person,
   * under whatever record, and ends all their sessions.
   * @throws WireError `notFound`; `overloaded` where erasing has to be asked for again
   */
  async withdraw(caller: Caller, named: string, modality?: Modality, erase = false): Promise<Withdrawal> {
    const id = idOf(named);
    if (erase && modality) {
      throw new WireError('configInvalid', 'Erasing takes everything: leave `modality` out.', { param: 'modality' });
    }
    const { tenant } = caller;
    const modalities = modality ? [modality] : MODALITIES;
    // A record of another tenant has no readings under this tenant's name: nothing of it is touched.
    const mine = this.stop(tenant, id, modalities);
    const record = await this.write({ tenant, id, modalities, at: new Date() });
    if (record === 'unknown') {
      this.withdrawn.delete(keyOf(tenant, id));
      throw notFound();
    }
    if (erase) await this.erase(tenant, id, record === 'later' ? undefined : record, mine);
    if (record === 'later') return { remaining: [], recorded: false, erased: erase };
    const { consent: _erased, ...nameless } = record;
    return {
      remaining: remaining(record),
      recorded: true,
      erased: erase,
      receipt: this.receipt(erase ? nameless : record, new Date()),
    };
  }

  /** Ends everything that is being read of a person at this server and runs `erase`, which destroys what is stored of them. */
  endAll<T>(tenant: string, subjectRef: string, erase: () => Promise<T>): Promise<T> {
    return this.endAllOf(subjectOf(tenant, subjectRef), erase);
  }

  async onModuleDestroy(): Promise<void> {
    clearTimeout(this.retry);
    await this.writePending();
    if (this.pending.size > 0) this.log.error(`${this.pending.size} withdrawals could not be written down`);
  }

  /** Takes effect in everything that this server reads under the record, before it returns. */
  private stop(tenant: string, id: string, modalities: readonly Modality[]): Running[] {
    const mine = [...(this.running.get(keyOf(tenant, id)) ?? [])];
    this.remember(tenant, id, modalities);
    for (const { reading } of mine) reading.stop(modalities);
    return mine;
  }

  /** What another node withdrew while it could not be heard. */
  private async lookAgain(): Promise<void> {
    for (const key of this.running.keys()) {
      const [tenant = '', id = ''] = splitKey(key);
      try {
        const record = await this.store.find(tenant, id);
        if (!record) continue;
        const left = remaining(record);
        const gone = MODALITIES.filter((modality) => !left.includes(modality));
        if (gone.length > 0) this.stop(tenant, id, gone);
      } catch {
        this.log.warn('withdrawals of other nodes cannot be looked up now');
      }
    }
  }

  private receipt(record: ConsentRecord, at: Date): ConsentReceipt {
    return receiptOf(record, this.notice, this.erasure !== undefined, at);
  }

  private join({ tenant, id }: ConsentRecord, consent: Consent, reading: Reading): () => void {
    const key = keyOf(tenant, id);
    const all = this.running.get(key) ?? new Set();
    const one = { reading, subject: subjectOf(tenant, consent.subjectRef) };
    this.running.set(key, all.add(one));
    const letBe = stopAtExpiry(consent, reading);
    return () => {
      letBe();
      all.delete(one);
      if (all.size === 0) this.running.delete(key);
    };
  }

  /** What this process knows of withdrawals goes before what the store could say a moment ago. */
  private asKnown(record: ConsentRecord): ConsentRecord {
    const known = this.withdrawn.get(keyOf(record.tenant, record.id));
    if (!known) return record;
    const now = new Date().toISOString();
    const withdrawn = Object.fromEntries([...known].map((modality) => [modality, now]));
    return { ...record, withdrawn: { ...withdrawn, ...record.withdrawn } };
  }

  private remember(tenant: string, id: string, modalities: readonly Modality[]): void {
    const key = keyOf(tenant, id);
    const known = this.withdrawn.get(key) ?? new Set();
    for (const modality of modalities) known.add(modality);
    this.withdrawn.set(key, known);
    forgetOldest(this.withdrawn, MAX_REMEMBERED);
  }

  /** Writes a withdrawal down, now or as soon as the store can be reached. */
  private async write(pending: Pending): Promise<ConsentRecord | 'unknown' | 'later'> {
    const { tenant, id, modalities, at } = pending;
    try {
      return (await this.store.withdraw(tenant, id, modalities, at)) ?? 'unknown';
    } catch (error) {
      this.log.error({ msg: 'a withdrawal holds, but could not be written down yet', reason: messageOf(error) });
      this.pending.add(pending);
      this.retry ??= setTimeout(() => void this.writePending(), RETRY_MS).unref();
      return 'later';
    }
  }

  private async writePending(): Promise<void> {
    this.retry = undefined;
    for (const one of [...this.pending]) {
      this.pending.delete(one);
      await this.write(one);
    }
  }

  private async erase(
    tenant: string,
    id: string,
    record: ConsentRecord | undefined,
    mine: readonly Running[],
  ): Promise<void> {
    const subject = record?.consent ? subjectOf(tenant, record.consent.subjectRef) : mine[0]?.subject;
    await this.endAllOf(subject, async () => {
      await this.erasure?.(tenant, id).catch((error: unknown) => {
        this.log.error({ msg: 'an erasure failed', reason: messageOf(error) });
        throw new WireError('overloaded', 'The withdrawal holds, but nothing could be erased now: ask for it again.', {
          retryAfterMs: RETRY_MS,
        });
      });
    });
  }

  /** Nothing may be written after the key is gone: first all is over. Who came back meanwhile is let go as well. */
  private async endAllOf<T>(subject: string | undefined, erase: () => Promise<T>): Promise<T> {
    await this.stopAll(subject);
    const erased = await erase();
    await this.stopAll(subject);
    return erased;
  }

  /** Resolves when nothing more will come of a person. */
  private async stopAll(subject: string | undefined): Promise<void> {
    const all = [...this.running.values()].flatMap((set) => [...set]);
    const theirs = all.filter((one) => one.subject === subject);
    for (const { reading } of theirs) reading.stop(MODALITIES);
    await Promise.all(theirs.map(({ reading }) => reading.over()));
  }
}

/** Stops a reading in the moment in which its consent expires, unless what this returns is called before. */
function stopAtExpiry(consent: Consent, reading: Reading): () => void {
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const left = msLeft(consent, new Date());
    if (left <= 0) reading.stop(MODALITIES);
    else timer = setTimeout(look, Math.min(left, LOOK_EVERY_MS)).unref();
  };
  if (consent.expiresAt !== undefined) look();
  return () => {
    clearTimeout(timer);
  };
}

/** The id has no space in it. */
const splitKey = (key: string): string[] => [key.slice(0, key.lastIndexOf(' ')), key.slice(key.lastIndexOf(' ') + 1)];
const subjectOf = (tenant: string, subjectRef: string): string => keyOf(tenant, subjectRef.normalize('NFC'));
const keyOf = (tenant: string, name: string): string => `${tenant} ${name}`;
/** @throws WireError `notFound` for what is no UUID: the database is not asked about it */
function idOf(named: string): string {
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(named)) throw notFound();
  return named.toLowerCase();
}
const notFound = (): WireError => new WireError('notFound', 'There is no such consent.', { param: 'id' });
