import { PairAutocorrelator } from './autocorrelation.js';
import { ANALYSIS_RATE, HOP, WINDOW } from './frames.js';
import { halveRate, padded } from './lowpass.js';

/** Speaking voices, Hz: below lies creak, above lies a scream's overtone. */
export const PITCH_RANGE_HZ = [60, 500] as const;

/** The fundamental and its strongest harmonics need no more, Hz. */
const RATE = ANALYSIS_RATE / 2;
/** 40 ms: two and a half periods of the lowest pitch. */
const SPAN = (40 * RATE) / 1000;
/** Above 1 kHz breath only blurs the periods. */
const VOICE_ONLY = { cutoff: 1000 / ANALYSIS_RATE, taps: 39 } as const;
const LAGS = [Math.floor(RATE / PITCH_RANGE_HZ[1]), Math.ceil(RATE / PITCH_RANGE_HZ[0])] as const;
/** Path costs after Boersma (1993): what a longer period must gain per octave, and what a jump costs per octave (to 1.5 octaves). */
const OCTAVE_COST = 0.02;
const JUMP_COST = 0.35;
const CANDIDATES = 4;
/** Made once: its tables of sines take as long as some dozen frames. */
const correlator = new PairAutocorrelator(SPAN, LAGS[1] + 1);
const SILENT: Candidate = { pitch: NaN, clarity: 0, score: 0 };

export interface PitchTrack {
  /** One value a frame, Hz in PITCH_RANGE_HZ; 0 where no period was found. */
  readonly hz: Float32Array;
  /** How periodic each frame is, 0..1: the normalised square difference function at the chosen period. */
  readonly clarity: Float32Array;
}

interface Candidate {
  /** log2 of the frequency in Hz; NaN stands for "no period". */
  readonly pitch: number;
  readonly clarity: number;
  readonly score: number;
}

/**
 * Follows the pitch of a signal at ANALYSIS_RATE, in windows centred on those of the spectral frames.
 *
 * McLeod's pitch method (2005) gives each frame some likely periods; the smoothest strong path through them is kept, as in Boersma's
 * tracker (1993), which mends the octave jumps of frame-wise decisions.
 */
export function trackPitch(samples: Float32Array, frames: number): PitchTrack {
  const low = halveRate(samples, VOICE_ONLY);
  // In front, so much that the first window is centred on the first frame; behind, enough for the last.
  const input = padded(low, (SPAN - WINDOW / 2) / 2, low.length + 2 * SPAN);
  const [x, y] = correlator.signals;
  const [rx, ry] = correlator.correlations;
  const candidates: Candidate[][] = [];
  for (let frame = 0; frame < frames; frame += 2) {
    centre(input, (frame * HOP) / 2, x);
    centre(input, ((frame + 1) * HOP) / 2, y);
    correlator.correlate();
    candidates.push(likelyPeriods(normalise(rx, x)));
    if (frame + 1 < frames) candidates.push(likelyPeriods(normalise(ry, y)));
  }
  const track = { hz: new Float32Array(frames), clarity: new Float32Array(frames) };
  for (const [frame, { pitch, clarity }] of smoothestPath(candidates).entries()) {
    track.hz[frame] = Number.isNaN(pitch) ? 0 : 2 ** pitch;
    track.clarity[frame] = clarity;
  }
  return track;
}

/** Copies the window that begins at `start`, less its mean. */
function centre(input: Float32Array, start: number, out: Float64Array): void {
  let sum = 0;
  for (let i = 0; i < SPAN; i++) sum += input[start + i] ?? 0;
  const mean = sum / SPAN;
  for (let i = 0; i < SPAN; i++) out[i] = (input[start + i] ?? 0) - mean;
}

/** Turns r(τ) into 2 r(τ) / m(τ) (McLeod & Wyvill, "A smarter way to find pitch", equation 9); 0 in silence. */
function normalise(r: Float64Array, x: Float64Array): Float64Array {
  const energy = r[0] ?? 0;
  let m = 2 * energy;
  for (let lag = 0; lag < r.length; lag++) {
    r[lag] = m > 1e-3 * energy && energy > 1e-9 ? (2 * (r[lag] ?? 0)) / m : 0;
    m -= (x[lag] ?? 0) ** 2 + (x[SPAN - 1 - lag] ?? 0) ** 2;
  }
  return r;
}

/** The best peaks of the difference function, each refined by a parabola through its neighbours. */
function likelyPeriods(nsdf: Float64Array): Candidate[] {
  const found: Candidate[] = [];
  for (let lag = LAGS[0]; lag <= LAGS[1]; lag++) {
    const here = nsdf[lag] ?? 0;
    if (here <= 0) continue;
    const before = nsdf[lag - 1] ?? 0;
    const after = nsdf[lag + 1] ?? 0;
    if (here <= before || here < after) continue;
    const bend = before - 2 * here + after;
    const offset = bend < 0 ? (0.5 * (before - after)) / bend : 0;
    const period = lag + offset;
    const clarity = Math.min(1, here - 0.25 * (before - after) * offset);
    const hz = Math.max(PITCH_RANGE_HZ[0], Math.min(PITCH_RANGE_HZ[1], RATE / period));
    found.push({ pitch: Math.log2(hz), clarity, score: clarity - OCTAVE_COST * Math.log2(period / LAGS[0]) });
  }
  if (found.length > CANDIDATES) found.sort((a, b) => b.score - a.score).length = CANDIDATES;
  return found.length > 0 ? found : [SILENT];
}

/** Viterbi: one candidate per frame, with the greatest sum of scores less the cost of jumps. */
function smoothestPath(frames: readonly Candidate[][]): Candidate[] {
  const from: number[][] = [];
  let reached: readonly Candidate[] = [];
  let total: number[] = [];
  for (const candidates of frames) {
    const back: number[] = [];
    const sums = candidates.map(({ pitch, score }) => {
      let best = -Infinity;
      let origin = 0;
      for (let i = 0; i < reached.length; i++) {
        const octaves = Math.abs(pitch - (reached[i]?.pitch ?? NaN));
        const sum = (total[i] ?? 0) - (Number.isNaN(octaves) ? 0 : JUMP_COST * Math.min(1.5, octaves));
        if (sum > best) [best, origin] = [sum, i];
      }
      back.push(origin);
      return reached.length > 0 ? best + score : score;
    });
    from.push(back);
    [reached, total] = [candidates, sums];
  }
  let at = total.indexOf(Math.max(...total));
  const path: Candidate[] = [];
  for (let frame = frames.length - 1; frame >= 0; frame--) {
    const chosen = frames[frame]?.[at];
    if (chosen) path.push(chosen);
    at = from[frame]?.[at] ?? 0;
  }
  return path.reverse();
}
