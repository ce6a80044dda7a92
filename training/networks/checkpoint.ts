import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Optimizer } from './optimizer.js';

/**
 * Where a training stands after an epoch: every array of its optimiser, so that it goes on after a kill as if nothing had happened. The
 * file is replaced in one move; half of one is never seen.
 */
export class Checkpoint {
  /** @param key names the training: a checkpoint of another one is not used */
  constructor(
    private readonly path: string,
    private readonly key: string,
  ) {}

  /** Epochs that are done; fills the optimiser. 0 when there is nothing to go on from. */
  async restore(optimizer: Optimizer): Promise<number> {
    const bytes = await readFile(this.path).catch(() => undefined);
    if (!bytes) return 0;
    const end = bytes.indexOf(0x0a);
    const head = JSON.parse(bytes.toString('utf8', 0, end)) as { key: string; epoch: number; steps: number };
    const arrays = arraysOf(optimizer);
    const expected = 4 * arrays.reduce((sum, a) => sum + a.length, 0);
    if (head.key !== this.key || bytes.length - end - 1 !== expected) return 0;
    let at = end + 1;
    for (const array of arrays) for (let i = 0; i < array.length; i++, at += 4) array[i] = bytes.readFloatLE(at);
    optimizer.steps = head.steps;
    return head.epoch;
  }

  async save(optimizer: Optimizer, epoch: number): Promise<void> {
    const head = Buffer.from(`${JSON.stringify({ key: this.key, epoch, steps: optimizer.steps })}\n`);
    const arrays = arraysOf(optimizer).map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength));
    await mkdir(dirname(this.path), { recursive: true });
    await writeFile(`${this.path}.part`, Buffer.concat([head, ...arrays]));
    await rename(`${this.path}.part`, this.path);
  }
}

function arraysOf({ parameters, running }: Optimizer): Float32Array[] {
  return [
    ...parameters.flatMap((p) => [p.values, p.first, p.second, p.averaged]),
    ...running.flatMap((r) => [r.mean, r.variance]),
  ];
}
