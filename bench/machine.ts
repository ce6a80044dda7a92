import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What a number was measured on: without it the number says nothing. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly platform: string;
  /** What else was running: mean of runnable threads over the last minute. Above zero, the numbers are too bad. */
  readonly load: number;
}

export function machine(): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

export function describe({ date, cpu, cores, memoryGb, node, platform, load }: Machine): string {
  return `${date} · ${cpu} · ${cores} cores · ${memoryGb} GB · Node ${node} · ${platform} · load ${load} before`;
}

/** Nearest-rank percentile; NaN of nothing. `p` in 0..100. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? NaN;
}
