import { SAMPLE_RATE } from '../../src/emotion/utterance.js';
import { seeded } from './clips.js';

/** What microphones hear when nobody speaks: mono, 16 kHz, of a fixed seed. `db`: rms level, dBFS. */
type Sound = (samples: number, random: () => number) => Float32Array;

const white: Sound = (n, random) => Float32Array.from({ length: n }, () => random() * 2 - 1);

/** Paul Kellet's economy filter: −3 dB an octave. */
const pink: Sound = (n, random) => {
  let [a, b, c] = [0, 0, 0];
  return white(n, random).map((w) => {
    a = 0.99765 * a + w * 0.099046;
    b = 0.963 * b + w * 0.2965164;
    c = 0.57 * c + w * 1.0526913;
    return a + b + c + w * 0.1848;
  });
};

/** White noise through a leaky integrator: −6 dB an octave. */
const brown: Sound = (n, random) => {
  let level = 0;
  return white(n, random).map((w) => (level = 0.998 * level + 0.02 * w));
};

const tone = (hz: number, i: number): number => Math.sin((2 * Math.PI * hz * i) / SAMPLE_RATE);

/** Mains: 50 Hz and its first harmonics. */
const hum: Sound = (n) => Float32Array.from({ length: n }, (_, i) => tone(50, i) + tone(100, i) / 2 + tone(150, i) / 3);

const MAJOR = [0, 2, 4, 5, 7, 9, 11, 12];
const semitones = (count: number): number => 2 ** (count / 12);

/** Notes one after the other, each as long as `seconds`, on random steps of a major scale; `voice(i, hz)` is one of them. */
function notes(seconds: number, voice: (i: number, hz: number) => number): Sound {
  return (n, random) => {
    const length = Math.round(seconds * SAMPLE_RATE);
    let hz = 0;
    return Float32Array.from({ length: n }, (_, i) => {
      if (i % length === 0) hz = 220 * semitones(MAJOR[Math.floor(random() * MAJOR.length)] ?? 0);
      return voice(i % length, hz);
    });
  };
}

const HARMONICS = [1, 2, 3, 4, 5];
const rich = (i: number, hz: number): number => HARMONICS.reduce((sum, h) => sum + tone(hz * h, i) / h, 0);

/** Plucked major chords. */
const chords = notes(1.1, (i, hz) =>
  [0, 4, 7].reduce((sum, step) => sum + rich(i, hz * semitones(step)) * Math.exp((-2.5 * i) / SAMPLE_RATE), 0),
);

/** A bowed melody: soft onsets, vibrato. */
const melody = notes(0.35, (i, hz) => {
  const t = i / SAMPLE_RATE;
  return rich(i + 8 * Math.sin(2 * Math.PI * 5.5 * t), hz * 1.5) * Math.min(1, t / 0.04, (0.35 - t) / 0.05);
});

/** Kick, snare and hi-hat. */
const drums: Sound = (n, random) => {
  const step = SAMPLE_RATE / 4;
  return white(n, random).map((w, i) => {
    const t = (i % step) / SAMPLE_RATE;
    const beat = Math.floor(i / step) % 4;
    const kick = beat === 0 ? Math.exp(-18 * t) * tone(70, i) : 0;
    const snare = beat === 2 ? 0.7 * Math.exp(-20 * t) * w : 0;
    return kick + snare + 0.25 * Math.exp(-60 * t) * w;
  });
};

const band: Sound = (n, random) => {
  const parts = [chords, melody, drums].map((sound) => atLevel(sound(n, random), -24));
  return Float32Array.from({ length: n }, (_, i) => parts.reduce((sum, part) => sum + (part[i] ?? 0), 0));
};

const ROOMS = {
  'digital silence': [() => new Float32Array(0), -Infinity],
  'a quiet room': [white, -65],
  hiss: [white, -35],
  'pink noise': [pink, -35],
  'loud pink noise': [pink, -20],
  'brown noise': [brown, -25],
  'mains hum': [hum, -30],
  chords: [chords, -22],
  'a melody': [melody, -22],
  'a band': [band, -20],
} as const satisfies Record<string, readonly [Sound, number]>;

export type Room = keyof typeof ROOMS;
export const ROOM_NAMES = Object.keys(ROOMS) as Room[];

/** Ten seconds of it, over and over. */
export function room(name: Room, seconds: number): Float32Array {
  const [sound, db] = ROOMS[name];
  const samples = new Float32Array(seconds * SAMPLE_RATE);
  if (db === -Infinity) return samples;
  const loop = atLevel(sound(10 * SAMPLE_RATE, seeded(ROOM_NAMES.indexOf(name))), db);
  return samples.map((_, i) => loop[i % loop.length] ?? 0);
}

function atLevel(samples: Float32Array, db: number): Float32Array {
  const power = samples.reduce((sum, value) => sum + value * value, 0) / samples.length;
  const gain = 10 ** (db / 20) / Math.sqrt(power);
  return samples.map((value) => Math.max(-1, Math.min(1, value * gain)));
}
