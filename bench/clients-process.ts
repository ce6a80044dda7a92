import type { ClientReport } from './stream-client.js';
import { StreamClient } from './stream-client.js';
import { speechLoop } from './speech.js';

/** What one process of clients is asked to do. */
export interface ClientsTask {
  readonly url: string;
  readonly token: string;
  readonly clip: string;
  readonly frameMs: number;
  readonly interimMs: number;
  readonly seconds: number;
  /** The places of this process's clients among all: they are spread over the loop and over the frame. */
  readonly places: readonly number[];
}

export type ToClients =
  | { readonly kind: 'open'; readonly task: ClientsTask }
  /** Epoch milliseconds at which everybody begins to speak. */
  | { readonly kind: 'play'; readonly at: number }
  | { readonly kind: 'end' };

export type FromClients =
  | { readonly kind: 'opened' }
  | { readonly kind: 'played' }
  | { readonly kind: 'ended'; readonly reports: readonly ClientReport[]; readonly cpuSeconds: number };

/** Short against the shortest frame, ms. */
const TICK_MS = 5;

class Clients {
  private clients: StreamClient[] = [];

  constructor(private readonly task: ClientsTask) {}

  /** In small groups: a crowd at the door is another bench. */
  async open(): Promise<void> {
    const { url, token, clip, frameMs, interimMs, places } = this.task;
    const loop = await speechLoop(clip, frameMs);
    this.clients = places.map((place) => {
      const offset = Math.floor(place * loop.frames.length);
      return new StreamClient({ url, token, loop, frameMs, interimMs, offset });
    });
    for (let i = 0; i < this.clients.length; i += 10) {
      await Promise.all(this.clients.slice(i, i + 10).map((client) => client.open()));
    }
  }

  async play(at: number): Promise<void> {
    const { frameMs, seconds, places } = this.task;
    const total = Math.floor((seconds * 1_000) / frameMs);
    const begin = at - performance.timeOrigin;
    const phases = places.map((place) => place * frameMs);
    this.clients.forEach((client, i) => {
      client.begin(begin + (phases[i] ?? 0));
    });
    await new Promise<void>((resolve) => {
      const ticker = setInterval(() => {
        const now = performance.now();
        for (const client of this.clients) client.send(now, total);
        if (now < begin + (total + 1) * frameMs) return;
        clearInterval(ticker);
        resolve();
      }, TICK_MS);
    });
  }

  end(): Promise<ClientReport[]> {
    return Promise.all(this.clients.map((client) => client.end()));
  }
}

function tell(message: FromClients): void {
  process.send?.(message);
}

let clients: Clients | undefined;

async function obey(message: ToClients): Promise<void> {
  if (message.kind === 'open') {
    clients = new Clients(message.task);
    await clients.open();
    tell({ kind: 'opened' });
  } else if (message.kind === 'play') {
    await clients?.play(message.at);
    tell({ kind: 'played' });
  } else {
    const reports = (await clients?.end()) ?? [];
    const { user, system } = process.cpuUsage();
    tell({ kind: 'ended', reports, cpuSeconds: (user + system) / 1e6 });
  }
}

process.on('message', (message: ToClients) => {
  obey(message).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
});
