/** What may wait: so many messages, and so many bytes of them. */
const MAX_WAITING = 1_000;
const MAX_WAITING_BYTES = 2_097_152;
/** When to come back with what could not wait, ms. */
export const NO_ROOM_MS = 1_000;
/** About what a value costs beside its content, bytes. */
const VALUE_BYTES = 16;

interface Waiting {
  readonly payload: unknown;
  readonly handle: () => void;
}

/** The messages of one connection, in the order they came (PR3): handled at once, or after what they have to wait for. Bounded (PR7). */
export class Turns {
  private waiting: Waiting[] = [];
  private bytes = 0;
  private held = false;

  /** From now on messages wait, until this is settled and its own answer has left. */
  hold(until: Promise<unknown>): void {
    this.held = true;
    const goOn = (): void => {
      setImmediate(() => {
        this.goOn();
      });
    };
    until.then(goOn, goOn);
  }

  /** Handles a message in its turn. `false`: it is not taken, because too much waits already. */
  take(payload: unknown, handle: () => void): boolean {
    if (!this.held) {
      handle();
      return true;
    }
    if (this.waiting.length >= MAX_WAITING) return false;
    const bytes = weightOf(payload);
    if (this.bytes + bytes > MAX_WAITING_BYTES) return false;
    this.bytes += bytes;
    this.waiting.push({ payload, handle });
    return true;
  }

  /** Takes those that wait again, in their order: one of them may make the others wait once more. */
  private goOn(): void {
    const { waiting } = this;
    this.waiting = [];
    this.bytes = 0;
    this.held = false;
    for (const { payload, handle } of waiting) this.take(payload, handle);
  }
}

/** About how many bytes a payload takes: counted however deep it is nested, and no further than to where it is too much. */
function weightOf(payload: unknown): number {
  let bytes = 0;
  const values = [payload];
  for (const value of values) {
    bytes += VALUE_BYTES;
    if (typeof value === 'string') bytes += 2 * value.length;
    else if (ArrayBuffer.isView(value)) bytes += value.byteLength;
    else if (typeof value === 'object' && value !== null) {
      const parts: unknown[] = Array.isArray(value) ? value : Object.entries(value).flat();
      for (const part of parts) values.push(part);
    }
    if (bytes > MAX_WAITING_BYTES) break;
  }
  return bytes;
}
