import { forgetOldest } from './forget-oldest.js';

/** Keys remembered at a time; a flood of new ones cannot fill the memory. */
const MAX_KEYS = 100_000;

/**
 * Token buckets, one for each key: a burst of `perMinute`, refilled evenly. Time is passed in, milliseconds of any clock; a
 * clock that jumps back refills nothing. 0 a minute is no limit.
 */
export class RateLimit {
  private readonly buckets = new Map<string, { level: number; at: number }>();

  constructor(private readonly perMinute: number) {}

  /** Takes one, and says how long to wait, ms, where there is none: 0 is yes. */
  take(key: string, now: number): number {
    const wait = this.wait(key, now);
    if (wait > 0 || this.perMinute === 0) return wait;
    const bucket = this.bucket(key, now);
    bucket.level -= 1;
    this.keep(key, bucket);
    return 0;
  }

  /** How long until one can be taken, ms; takes none. */
  wait(key: string, now: number): number {
    if (this.perMinute === 0) return 0;
    const { level } = this.bucket(key, now);
    return level >= 1 ? 0 : Math.ceil(((1 - level) * 60_000) / this.perMinute);
  }

  private bucket(key: string, now: number): { level: number; at: number } {
    const known = this.buckets.get(key);
    if (!known) return { level: this.perMinute, at: now };
    const refill = (Math.max(0, now - known.at) * this.perMinute) / 60_000;
    return { level: Math.min(this.perMinute, known.level + refill), at: now };
  }

  /** The one used longest ago is forgotten first; by then its bucket is as good as full. */
  private keep(key: string, bucket: { level: number; at: number }): void {
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    forgetOldest(this.buckets, MAX_KEYS);
  }
}
