/**
 * Tells a thread that is busy with a task that nobody waits for its answer any more. It travels with the task and is shared,
 * not copied: a thread that computes sees no messages.
 */
export type StopFlag = Int32Array<SharedArrayBuffer>;

export function newStopFlag(): StopFlag {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

export function raise(flag: StopFlag): void {
  Atomics.store(flag, 0, 1);
}

export function isRaised(flag: StopFlag): boolean {
  return Atomics.load(flag, 0) === 1;
}
