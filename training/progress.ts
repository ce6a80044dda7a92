import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  update(done: number, note?: string): void;
  stop(): void;
}

/** A bar with the time left on standard error; where that is no terminal, a line every ten seconds. */
export function progressBar(title: string, total: number): Progress {
  const bar = new SingleBar(
    {
      format: `${title} [{bar}] {value}/{total} {eta_formatted} left {note}`,
      stream: process.stderr,
      noTTYOutput: true,
      notTTYSchedule: 10_000,
      etaBuffer: 200,
      hideCursor: true,
    },
    Presets.legacy,
  );
  bar.start(total, 0, { note: '' });
  return {
    update(done, note = '') {
      bar.update(done, { note });
    },
    stop() {
      bar.stop();
    },
  };
}
