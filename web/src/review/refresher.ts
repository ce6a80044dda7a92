/** Runs a job now and then: never twice at once, and once more where it was asked for meanwhile. */
export class Refresher {
  private state: 'idle' | 'waiting' | 'running' | 'again' = 'idle';

  constructor(
    private readonly job: () => Promise<void>,
    /** Requests gather for so long first. */
    private readonly gatherMs: number,
  ) {}

  ask(): void {
    if (this.state === 'running') this.state = 'again';
    if (this.state !== 'idle') return;
    this.state = 'waiting';
    setTimeout(() => void this.run(), this.gatherMs);
  }

  private async run(): Promise<void> {
    this.state = 'running';
    try {
      await this.job();
    } finally {
      const again = (this.state as string) === 'again';
      this.state = 'idle';
      if (again) this.ask();
    }
  }
}
