import { Injectable } from '@nestjs/common';
import type { Correction } from '../emotion/record.js';

/** A session that is open at this server. */
export interface LiveEntry {
  readonly id: string;
  readonly tenant: string;
  /** Takes a correction in, and tells it as `fusion.revised`. */
  correct(correction: Correction): void;
}

/** Everything that a session's client is told, as it is told. */
export type Overhear = (entry: Pick<LiveEntry, 'id' | 'tenant'>, event: string, data: object) => void;

/** The sessions that are open at this server: who watches one hears what its client hears. */
@Injectable()
export class LiveSessions {
  private readonly entries = new Map<string, LiveEntry>();
  private readonly listeners = new Set<Overhear>();

  open(entry: LiveEntry): void {
    this.entries.set(entry.id, entry);
    this.tell(entry, 'session.opened', {});
  }

  close({ id }: Pick<LiveEntry, 'id'>): void {
    this.entries.delete(id);
  }

  /** Only the tenant's own. */
  find(tenant: string, id: string): LiveEntry | undefined {
    const entry = this.entries.get(id);
    return entry?.tenant === tenant ? entry : undefined;
  }

  overhear(listener: Overhear): void {
    this.listeners.add(listener);
  }

  tell(entry: Pick<LiveEntry, 'id' | 'tenant'>, event: string, data: object): void {
    for (const listener of this.listeners) listener(entry, event, data);
  }
}
