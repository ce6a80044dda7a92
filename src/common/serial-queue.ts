/** Runs async jobs one after another, in the order they were added. A failed job does not stop the next. */
export class SerialQueue {
  private tail: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  /** Jobs added and not yet finished. */
  get size(): number {
    return this.waiting;
  }

  add<T>(job: () => Promise<T>): Promise<T> {
    this.waiting++;
    const run = this.tail.then(job).finally(() => {
      this.waiting--;
    });
    this.tail = run.catch(() => undefined);
    return run;
  }

  /** Resolves when everything added so far is done. */
  async idle(): Promise<void> {
    await this.tail;
  }
}
