/** What an `audio.ack` says of the audio the server has received and not yet processed. */
export interface CreditAck {
  readonly ackSeq: number;
  readonly bufferedMs: number;
}

/**
 * How far a sender may be ahead of the server: audio under way plus audio waiting there stays within the credit, so that
 * no frame is ever dropped. Counts by sequence number, which also holds when earlier frames were lost.
 */
export class CreditWindow {
  private readonly underWay: { seq: number; ms: number }[] = [];
  private underWayMs = 0;
  private bufferedMs = 0;
  private wake: (() => void) | undefined;

  constructor(private readonly limitMs: number) {}

  get aheadMs(): number {
    return this.underWayMs + this.bufferedMs;
  }

  sent(seq: number, ms: number): void {
    this.underWay.push({ seq, ms });
    this.underWayMs += ms;
  }

  acked(ack: CreditAck): void {
    for (let first = this.underWay[0]; first && first.seq <= ack.ackSeq; first = this.underWay[0]) {
      this.underWay.shift();
      this.underWayMs -= first.ms;
    }
    this.bufferedMs = ack.bufferedMs;
    this.wake?.();
  }

  /** Resolves when `ms` more may be sent. One waiter at a time. Rejects with the signal's reason. */
  async room(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (this.aheadMs > 0 && this.aheadMs + ms > this.limitMs) {
      await new Promise<void>((resolve, reject) => {
        const aborted = (): void => {
          reject(signal.reason as Error);
        };
        this.wake = () => {
          signal.removeEventListener('abort', aborted);
          resolve();
        };
        signal.addEventListener('abort', aborted, { once: true });
      });
    }
  }
}
