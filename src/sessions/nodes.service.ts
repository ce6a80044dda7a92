import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { messageOf } from '../common/errors.js';
import { CHANNEL, NODE, NodeMessageSchema, type NodeMessage } from './node-messages.js';

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 5_000;
/** A connection on which nobody says anything may be dead: it is tried so often, ms. */
const PROBE_EVERY_MS = 10_000;

export interface NodeListener {
  /** Something happened at another node. */
  heard(message: NodeMessage): void;
  /** Something may have been missed: look at the database. */
  missed(): void;
}

/** What other nodes tell (node-messages.ts), on a connection of its own. The embedded database has one node alone. */
export class Nodes {
  private readonly log = new Logger(Nodes.name);
  private readonly listeners: NodeListener[] = [];
  private readonly stop = new AbortController();
  private running: Promise<void> | undefined;

  /** `url`: of Postgres; undefined for the embedded database. */
  constructor(private readonly url: string | undefined) {}

  listen(listener: NodeListener): void {
    this.listeners.push(listener);
  }

  start(): void {
    if (this.url !== undefined) this.running ??= this.run(this.url);
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  private async run(url: string): Promise<void> {
    const { signal } = this.stop;
    for (let wait = FIRST_RETRY_MS; !signal.aborted; wait = Math.min(2 * wait, MAX_RETRY_MS)) {
      try {
        await this.hear(url, () => {
          wait = FIRST_RETRY_MS;
        });
      } catch (error) {
        this.log.warn(`other nodes cannot be heard now: ${messageOf(error)}`);
      }
      await pause(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Until the connection breaks. */
  private async hear(url: string, onConnected: () => void): Promise<void> {
    const { signal } = this.stop;
    const client = new pg.Client({
      connectionString: url,
      application_name: 'undertone nodes',
      connectionTimeoutMillis: 5_000,
      query_timeout: PROBE_EVERY_MS,
      keepAlive: true,
    });
    const broken = new AbortController();
    client.on('error', () => {
      broken.abort();
    });
    client.on('end', () => {
      broken.abort();
    });
    client.on('notification', ({ payload }) => {
      this.take(payload ?? '');
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      onConnected();
      for (const one of this.listeners) one.missed();
      const over = AbortSignal.any([signal, broken.signal]);
      for (;;) {
        await pause(PROBE_EVERY_MS, undefined, { signal: over }).catch(() => undefined);
        if (over.aborted) return;
        await client.query('SELECT 1');
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private take(payload: string): void {
    let message: NodeMessage;
    try {
      message = NodeMessageSchema.parse(JSON.parse(payload));
    } catch {
      // Of a newer version, or nobody's.
      return;
    }
    if (message.node === NODE) return;
    for (const one of this.listeners) one.heard(message);
  }
}
