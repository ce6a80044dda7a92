import { WireError } from '../common/errors.js';
import type { LiveSession } from '../pipeline/live-session.js';
import { AudioFrameSchema, type ServerEvents, type SessionLimits, type SessionTotals } from './protocol.js';
import { NO_ROOM_MS } from './turns.js';
import { parse } from './wire-error.js';

/** The frames of one session: in their order, within the credit, acknowledged. Bounds first: what is over one is not looked into (PR7). */
export class AudioIntake {
  private nextSeq = 0;
  private frames = 0;
  private droppedFrames = 0;
  /** Spans are measured by `performance.now()`: the clock of the machine may jump. */
  private ackedAt = 0;
  private acked = { receivedMs: -1, bufferedMs: 0 };

  constructor(
    private readonly limits: SessionLimits,
    private readonly tell: (ack: ServerEvents['audio.ack']) => void,
  ) {}

  get totals(): Pick<SessionTotals, 'frames' | 'droppedFrames'> {
    const { frames, droppedFrames } = this;
    return { frames, droppedFrames };
  }

  /**
   * Gives a frame to the session.
   * @returns what to tell of frames that are missing before it
   * @throws WireError for a frame that is not taken: no frame, too large, over the credit, or repeated.
   */
  take(live: LiveSession, meta: unknown, bytes: unknown): WireError | undefined {
    const { seq } = parse(AudioFrameSchema, meta);
    const param = `seq ${seq}`;
    if (!(bytes instanceof Uint8Array)) {
      throw new WireError('invalidAudioFrame', 'Send the audio as a binary second argument, not as text.', { param });
    }
    const { frameBytes, creditMs } = this.limits;
    if (bytes.byteLength > frameBytes) {
      throw new WireError('messageTooLarge', `A frame may have ${frameBytes} bytes; cut the audio smaller.`, { param });
    }
    if (live.bufferedMs > creditMs) {
      this.nextSeq = Math.max(this.nextSeq, seq + 1);
      throw this.dropped(seq, 'more audio waits than creditMs allows.', Math.ceil(live.bufferedMs - creditMs / 2));
    }
    const expected = this.nextSeq;
    if (seq < expected) {
      throw new WireError('sequenceGap', `Frame ${seq} was repeated and left out; ${expected} is next.`, { param });
    }
    this.nextSeq = seq + 1;
    this.frames += 1;
    live.pushAudio(bytes);
    if (seq === expected) return undefined;
    return new WireError('sequenceGap', `Frames ${expected} to ${seq - 1} are missing; the session goes on.`, {
      param: `seq ${expected}`,
    });
  }

  /** Leaves out a frame that came while its session opened, when there was no more room. @returns what to tell of it */
  drop(meta: unknown): WireError {
    const { seq } = parse(AudioFrameSchema, meta);
    return this.dropped(seq, 'too much waits for the session to open.', NO_ROOM_MS);
  }

  private dropped(seq: number, why: string, retryAfterMs: number): WireError {
    this.droppedFrames += 1;
    return new WireError('rateLimited', `This frame was dropped: ${why}`, { param: `seq ${seq}`, retryAfterMs });
  }

  /** Tells how far it is, where there is news – more received, or less waiting – and the last was told so long ago, ms. */
  acknowledge(live: LiveSession, afterMs = 0): void {
    if (this.frames === 0 || performance.now() - this.ackedAt < afterMs) return;
    const [receivedMs, bufferedMs] = [Math.round(live.receivedMs), Math.round(live.bufferedMs)];
    if (receivedMs === this.acked.receivedMs && bufferedMs === this.acked.bufferedMs) return;
    this.ackedAt = performance.now();
    this.acked = { receivedMs, bufferedMs };
    const creditMs = Math.max(0, this.limits.creditMs - bufferedMs);
    this.tell({ ackSeq: this.nextSeq - 1, receivedMs, bufferedMs, creditMs, lagMs: bufferedMs });
  }
}
