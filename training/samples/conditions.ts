import alawmulaw from 'alawmulaw';
import OpusScript from 'opusscript';
import { padded, halveRate } from '../../src/audio/lowpass.js';
import { decodePcm, toS16Bytes } from '../../src/audio/pcm.js';
import { SAMPLE_RATE } from '../../src/emotion/utterance.js';
import type { Rng } from '../common/rng.js';

/** What a recording goes through on its way: noise at so many dB below the speech, a telephone line, Opus at 16 kbit/s. */
export const CONDITIONS = ['clean', 'noise20', 'noise10', 'noise5', 'noise0', 'telephone', 'opus16'] as const;
export type Condition = (typeof CONDITIONS)[number];

const SNR_DB: Readonly<Partial<Record<Condition, number>>> = { noise20: 20, noise10: 10, noise5: 5, noise0: 0 };

/**
 * A recording as it sounds under a condition: same length, same moments, mono at 16 kHz in −1..1. The noise is half white, half
 * babble in power. The same samples, voices and state of `rng` give the same result.
 * @param voices recordings of other people, of whom the babble is made; without any the noise is white.
 */
export function degrade(
  samples: Float32Array,
  condition: Condition,
  rng: Rng,
  voices: readonly Float32Array[] = [],
): Float32Array {
  const snrDb = SNR_DB[condition];
  if (snrDb !== undefined) {
    const white = whiteNoise(samples.length, rng);
    return addNoise(samples, voices.length > 0 ? mixed(white, babble(samples.length, rng, voices)) : white, snrDb);
  }
  if (condition === 'telephone') return telephone(samples);
  if (condition === 'opus16') return opus(samples, 16);
  return samples;
}

/** Active speech lies within this many dB of the loudest frame. */
const ACTIVE_DB = 30;
const LEVEL_FRAME = SAMPLE_RATE / 50;

/** Mean power of the 20 ms frames in which somebody speaks: pauses do not count; 0 for silence. */
export function activePower(samples: Float32Array): number {
  const frames = Math.max(1, Math.floor(samples.length / LEVEL_FRAME));
  const powers = Float64Array.from({ length: frames }, (_, i) =>
    power(samples.subarray(i * LEVEL_FRAME, (i + 1) * LEVEL_FRAME)),
  );
  const threshold = powers.reduce((a, b) => Math.max(a, b), 0) * 10 ** (-ACTIVE_DB / 10);
  const active = powers.filter((p) => p >= threshold);
  return active.reduce((a, b) => a + b, 0) / active.length;
}

/**
 * Adds noise whose mean power lies `snrDb` below the speech where somebody speaks. Noise that is too short is repeated. Where the
 * sum would exceed full scale all of it is turned down, as a careful recordist would.
 */
export function addNoise(samples: Float32Array, noise: Float32Array, snrDb: number): Float32Array {
  const background = samples.map((_, i) => noise[i % noise.length] ?? 0);
  const noisePower = power(background);
  if (noisePower === 0) return samples;
  const gain = Math.sqrt(activePower(samples) / noisePower / 10 ** (snrDb / 10));
  const sum = samples.map((x, i) => x + gain * (background[i] ?? 0));
  const peak = sum.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  return peak > 1 ? sum.map((x) => x / peak) : sum;
}

/** Gaussian, the same power at every frequency; unit variance. */
export function whiteNoise(length: number, rng: Rng): Float32Array {
  const out = new Float32Array(length);
  for (let i = 0; i < length; i += 2) {
    // Box–Muller, both halves of a draw.
    const radius = Math.sqrt(-2 * Math.log(1 - rng()));
    const angle = 2 * Math.PI * rng();
    out[i] = radius * Math.cos(angle);
    out[i + 1] = radius * Math.sin(angle); // beyond an odd end it is dropped
  }
  return out;
}

/** Poles, and the gains they enter with, of P. Kellet's filter that turns white noise into pink within 0.05 dB over eleven octaves. */
const PINK = [
  [0.99886, 0.0555179],
  [0.99332, 0.0750759],
  [0.969, 0.153852],
  [0.8665, 0.3104856],
  [0.55, 0.5329522],
  [-0.7616, -0.016898],
] as const;

/** Gaussian, the same power in every octave: 3 dB less per octave upwards. */
export function pinkNoise(length: number, rng: Rng): Float32Array {
  const white = whiteNoise(length, rng);
  const out = white.map((x, i) => 0.5362 * x + 0.115926 * (white[i - 1] ?? 0));
  for (const [pole, gain] of PINK) {
    let state = 0;
    for (let i = 0; i < length; i++) out[i] = (out[i] ?? 0) + (state = pole * state + gain * (white[i] ?? 0));
  }
  return out;
}

/** People talking at once, so many that no word can be made out. */
const BABBLE_VOICES = 8;

/** Babble of unit power: voices drawn at random, equally loud, each from a random moment on and repeated. */
export function babble(length: number, rng: Rng, voices: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(length);
  for (let n = 0; n < BABBLE_VOICES; n++) {
    const voice = voices[Math.floor(rng() * voices.length)] ?? new Float32Array(1);
    const start = Math.floor(rng() * voice.length);
    const gain = 1 / Math.sqrt(activePower(voice) || 1);
    for (let i = 0; i < length; i++) out[i] = (out[i] ?? 0) + gain * (voice[(start + i) % voice.length] ?? 0);
  }
  return ofUnitPower(out);
}

/** Low-pass of the telephone at 16 kHz: −6 dB at 3.55 kHz, −50 dB from 3.8 kHz. */
const TELEPHONE_LOWPASS = { cutoff: 3550 / SAMPLE_RATE, taps: 109 };
const TELEPHONE_RATE = SAMPLE_RATE / 2;
/** Butterworth high-pass of sixth order, −3 dB at 300 Hz: the Q of its three biquads. */
const TELEPHONE_HIGHPASS_HZ = 300;
const BUTTERWORTH_Q = [1, 3, 5].map((odd) => 1 / (2 * Math.cos((odd * Math.PI) / 12)));

/** A telephone line: 300 to 3400 Hz, 8 kHz, μ-law (ITU-T G.711), and back. */
export function telephone(samples: Float32Array): Float32Array {
  const narrow = halveRate(samples, TELEPHONE_LOWPASS);
  for (const q of BUTTERWORTH_Q) highpass(narrow, TELEPHONE_HIGHPASS_HZ / TELEPHONE_RATE, q);
  const codes = alawmulaw.mulaw.encode(int16Of(narrow));
  const heard = decodePcm(codes, 'mulaw', 1);
  return 'failure' in heard ? samples : doubleRate(heard.samples).slice(0, samples.length);
}

/** 20 ms, and what encoder and decoder together delay the signal by. */
const OPUS_FRAME = SAMPLE_RATE / 50;
const OPUS_DELAY = 104;

/** Opus (RFC 6716) at its setting for speech, encoded and decoded at 16 kHz, its delay taken out. */
export function opus(samples: Float32Array, kbps: number): Float32Array {
  const frames = Math.ceil((samples.length + OPUS_DELAY) / OPUS_FRAME);
  const pcm = toS16Bytes(padded(samples, 0, frames * OPUS_FRAME));
  // One at a time and always deleted: two living ones would share a piece of the heap.
  const codec = new OpusScript(SAMPLE_RATE, 1, OpusScript.Application.VOIP);
  try {
    codec.setBitrate(kbps * 1000);
    const heard = Array.from({ length: frames }, (_, i) => {
      const frame = Buffer.from(pcm.buffer, pcm.byteOffset + 2 * i * OPUS_FRAME, 2 * OPUS_FRAME);
      return codec.decode(codec.encode(frame, OPUS_FRAME));
    });
    const decoded = decodePcm(Buffer.concat(heard), 'pcm_s16le', 1);
    return 'failure' in decoded ? samples : decoded.samples.slice(OPUS_DELAY, OPUS_DELAY + samples.length);
  } finally {
    codec.delete();
  }
}

/** Second-order high-pass in place (R. Bristow-Johnson's cookbook); `frequency` as a share of the rate. */
function highpass(samples: Float32Array, frequency: number, q: number): void {
  const w = 2 * Math.PI * frequency;
  const alpha = Math.sin(w) / (2 * q);
  const cos = Math.cos(w);
  const a0 = 1 + alpha;
  const [b0, b1] = [(1 + cos) / 2 / a0, -(1 + cos) / a0];
  const [a1, a2] = [(-2 * cos) / a0, (1 - alpha) / a0];
  let [s1, s2] = [0, 0]; // transposed direct form II
  for (let i = 0; i < samples.length; i++) {
    const x = samples[i] ?? 0;
    const y = b0 * x + s1;
    s1 = b1 * x - a1 * y + s2;
    s2 = b0 * x - a2 * y;
    samples[i] = y;
  }
}

/** Half-band interpolator of Hamming-windowed sinc: its taps at odd offsets 1, 3, 5, … of the doubled rate. */
const DOUBLING_REACH = 24;
const DOUBLING = Float64Array.from({ length: DOUBLING_REACH }, (_, k) => {
  const t = (Math.PI * (2 * k + 1)) / 2;
  return (Math.sin(t) / t) * (0.54 + 0.46 * Math.cos((Math.PI * (2 * k + 1)) / (2 * DOUBLING_REACH)));
});

/** Twice as many samples of the same sound; every second one is untouched. */
function doubleRate(samples: Float32Array): Float32Array {
  const input = padded(samples, DOUBLING_REACH, samples.length + 2 * DOUBLING_REACH);
  const out = new Float32Array(2 * samples.length);
  for (let i = 0; i < samples.length; i++) {
    const at = i + DOUBLING_REACH;
    let between = 0;
    for (let k = 0; k < DOUBLING_REACH; k++) {
      between += (DOUBLING[k] ?? 0) * ((input[at - k] ?? 0) + (input[at + 1 + k] ?? 0));
    }
    out[2 * i] = samples[i] ?? 0;
    out[2 * i + 1] = between;
  }
  return out;
}

function int16Of(samples: Float32Array): Int16Array {
  const out = new Int16Array(samples.length);
  for (let i = 0; i < out.length; i++) out[i] = Math.round(Math.max(-1, Math.min(1, samples[i] ?? 0)) * 32_767);
  return out;
}

function mixed(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((x, i) => x + (b[i] ?? 0));
}

function ofUnitPower(samples: Float32Array): Float32Array {
  const gain = 1 / Math.sqrt(power(samples) || 1);
  return samples.map((x) => gain * x);
}

function power(samples: Float32Array): number {
  let sum = 0;
  for (const x of samples) sum += x * x;
  return samples.length > 0 ? sum / samples.length : 0;
}
