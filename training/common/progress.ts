import { MultiBar, Presets, SingleBar } from 'cli-progress';

export interface Progress {
  update(done: number, note?: string): void;
  stop(): void;
}

/** A bar with the time left on standard error; where that is no terminal, a line every ten seconds. */
const LOOK = {
  format: '{title} [{bar}] {value}/{total} {eta_formatted} left {note}',
  stream: process.stderr,
  noTTYOutput: true,
  notTTYSchedule: 10_000,
  etaBuffer: 200,
  hideCursor: true,
};

export function progressBar(title: string, total: number): Progress {
  const bar = new SingleBar(LOOK, Presets.legacy);
  bar.start(total, 0, { title, note: '' });
  return {
    update(done, note = '') {
      bar.update(done, { note });
    },
    stop() {
      bar.stop();
    },
  };
}

/** Several at a time, each there from its first update to its stop. */
export function progressBars() {
  const bars = new MultiBar({ ...LOOK, clearOnComplete: true }, Presets.legacy);
  return {
    add(title: string) {
      let bar: SingleBar | undefined;
      return {
        update(done: number, total: number, note: string): void {
          bar ??= bars.create(total, done, { title, note });
          bar.update(done, { note });
        },
        stop(): void {
          if (bar) bars.remove(bar);
        },
      };
    },
    stop(): void {
      bars.stop();
    },
  };
}
