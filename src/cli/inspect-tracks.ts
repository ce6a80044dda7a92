import * as Plot from '@observablehq/plot';
import { findActivity } from '../audio/activity.js';
import { CHROMA_CLASSES, extractChroma } from '../audio/chroma.js';
import { MEL_BANDS, extractFeatures, type FrameFeatures } from '../audio/features.js';
import { BAND_HZ, HOP_MS, WINDOW_MS } from '../audio/frames.js';
import { percentile } from '../audio/statistics.js';
import { EMOTIONS, type PartialScores } from '../emotion/scores.js';
import { SAMPLE_RATE } from '../emotion/utterance.js';
import type { AnalyzedPart } from '../pipeline/analyze-file.js';
import { chart, inkPng } from './chart.js';
import { colourOf, html, legend, type Html } from './page.js';

/** What the voice model says of an utterance up to a moment. */
export interface Reading {
  readonly utteranceId: string;
  /** The reading heard what lies between, ms since the first sample; the one before it ended at `sinceMs`. */
  readonly sinceMs: number;
  readonly endMs: number;
  readonly scores: PartialScores;
}

/** What there is to draw, on one axis of time. */
export interface Recording {
  /** Mono at SAMPLE_RATE, as the line hears it. */
  readonly samples: Float32Array;
  readonly utterances: readonly AnalyzedPart[];
  readonly readings: readonly Reading[];
}

/** Everything a track needs to stand under the others. */
interface Frame {
  readonly width: number;
  /** Pixels of the time axis. */
  readonly inner: number;
  readonly seconds: number;
  readonly utterances: readonly AnalyzedPart[];
}

const MARGIN = { left: 52, right: 12 } as const;
const WIDTH = { least: 1120, most: 16_000, perSecond: 90 } as const;
const [SPECTROGRAM_PX, CHROMA_PX] = [190, 144];
/** Middle of a feature window that starts at a frame, s. */
const FIRST_FRAME_S = WINDOW_MS / 2000;
const HOP_S = HOP_MS / 1000;
/** Levels below are drawn as this, dB relative to full scale. */
const FLOOR_DB = -90;
/** Darkest to lightest of the spectrogram, nats: 50 dB, as phoneticians have it. */
const INK_RANGE = 5 * Math.LN10;
/** A recording without anything this loud stays blank: power of one band, nats (−70 dB). */
const QUIETEST_INK = -7 * Math.LN10;
/** Chroma means nothing this far below the loudest, dB. */
const FADE_DB = 50;
/** Pitch does not glide further in one frame. */
const LEAP_SEMITONES = 4;
const NAMED_PITCHES = ['C', '', 'D', '', 'E', 'F', '', 'G', '', 'A', '', 'B'];

/** The recording from top to bottom: sound, what the voice model made of it, and what that model looks at. */
export function tracks({ samples, utterances, readings }: Recording): Html {
  const seconds = Math.max(0.1, samples.length / SAMPLE_RATE);
  const width = Math.round(Math.max(WIDTH.least, Math.min(WIDTH.most, seconds * WIDTH.perSecond)));
  const frame: Frame = { width, inner: width - MARGIN.left - MARGIN.right, seconds, utterances };
  const f = extractFeatures(samples);
  return html`<div class="scroll tracks" tabindex="0" role="group" aria-label="The recording along its time">
    ${waveform(samples, frame)} ${words(frame)} ${scores(readings, frame)} ${pitch(f, frame)} ${level(f, frame)}
    ${spectrogram(f, frame)} ${chroma(extractChroma(samples), f, frame)}
  </div>`;
}

function waveform(samples: Float32Array, frame: Frame): Html {
  const columns = Math.max(1, Math.min(samples.length, frame.inner));
  const peaks = Array.from({ length: columns }, (_, i) => {
    const from = Math.floor((i * samples.length) / columns);
    const to = Math.max(from + 1, Math.floor(((i + 1) * samples.length) / columns));
    let [low, high] = [0, 0];
    for (let k = from; k < to; k++) {
      low = Math.min(low, samples[k] ?? 0);
      high = Math.max(high, samples[k] ?? 0);
    }
    return { s: (from + to) / 2 / SAMPLE_RATE, low, high };
  });
  const loudest = samples.reduce((max, x) => Math.max(max, Math.abs(x)), 0.01);
  const named = frame.utterances.filter(({ startMs, endMs }) => widthOf(startMs, endMs, frame) > 34);
  return track(frame, {
    title: 'Waveform and utterances',
    unit: 'share of full scale',
    height: 130,
    axis: 'top',
    y: { domain: [-loudest, loudest * 1.35], ticks: [-loudest, 0, loudest], tickFormat: (y: number) => y.toFixed(2) },
    marks: [
      Plot.areaY(peaks, { x: 's', y1: 'low', y2: 'high', fill: 'var(--ink)', stroke: 'var(--ink)', strokeWidth: 0.5 }),
      Plot.text(named, {
        x: ({ startMs }: AnalyzedPart) => startMs / 1000,
        frameAnchor: 'top',
        textAnchor: 'start',
        dx: 5,
        dy: 4,
        fontSize: 12,
        fontWeight: 600,
        fill: (part: AnalyzedPart) => utteranceColour(part),
        text: (part: AnalyzedPart) => titleOf(part, widthOf(part.startMs, part.endMs, frame)),
      }),
    ],
  });
}

function titleOf({ utteranceId, result }: AnalyzedPart, width: number): string {
  const { label, confidence } = result.decision;
  const title = label ?? 'not sure';
  if (width < 90) return utteranceId;
  return width < 150 ? title : `${utteranceId} · ${title} ${Math.round(confidence * 100)} %`;
}

/** Words with times, where Whisper gave them. */
function words(frame: Frame): Html {
  const timed = frame.utterances.flatMap(({ transcript }) => transcript?.words ?? []);
  if (timed.length === 0) return html``;
  return track(frame, {
    title: 'Words',
    unit: '',
    height: 26,
    y: { axis: null },
    marks: [
      Plot.text(timed, {
        x: ({ startMs, endMs }: { startMs: number; endMs: number }) => (startMs + endMs) / 2000,
        frameAnchor: 'middle',
        text: 'text',
        fontSize: 12,
        fill: 'var(--ink)',
      }),
    ],
  });
}

function scores(readings: readonly Reading[], frame: Frame): Html {
  const rows = readings.flatMap(({ sinceMs, endMs, scores: said }) =>
    EMOTIONS.map((emotion) => ({ from: sinceMs / 1000, to: endMs / 1000, emotion, p: said[emotion] ?? 0 })),
  );
  return track(frame, {
    title: 'What the voice says so far',
    unit: 'probability of each emotion, read again every 250 ms (beyond half a minute less often) on all of the utterance up to there',
    height: 120,
    y: { domain: [0, 1], ticks: [0, 0.5, 1], tickFormat: '.0%' },
    color: { type: 'ordinal', domain: [...EMOTIONS], range: EMOTIONS.map(colourOf) },
    marks: [
      Plot.rectY(
        rows,
        Plot.stackY({ order: [...EMOTIONS] }, { x1: 'from', x2: 'to', y: 'p', fill: 'emotion', insetRight: 1 }),
      ),
    ],
    note: legend(),
  });
}

function pitch(f: FrameFeatures, frame: Frame): Html {
  const { voiced } = findActivity(f);
  const hz = new Float32Array(f.frames).fill(NaN);
  for (const i of voiced) hz[i] = f.pitchHz[i] ?? NaN;
  const sorted = Float64Array.from(voiced, (i) => f.pitchHz[i] ?? 0).sort();
  const found = sorted.length > 0;
  const [low, high] = found ? [0.9 * percentile(sorted, 0), 1.1 * percentile(sorted, 100)] : [60, 500];
  const median = found ? percentile(sorted, 50) : 0;
  const ticks = [60, 80, 100, 150, 200, 300, 400].filter((x) => x > low && x < high);
  return track(frame, {
    title: 'Pitch',
    unit: found ? `Hz, voiced only; median ${median.toFixed(0)} Hz` : 'Hz; nothing voiced was found',
    height: 120,
    y: { type: 'log', domain: [low, high], ticks, tickFormat: (y: number) => String(y), grid: true },
    marks: [
      ...(found ? [Plot.ruleY([median], { stroke: 'var(--soft)', strokeDasharray: '2,4' })] : []),
      Plot.lineY(broken(points(hz, frame)), { x: 's', y: 'y', stroke: 'var(--accent)', strokeWidth: 2.25 }),
    ],
  });
}

function level(f: FrameFeatures, frame: Frame): Html {
  const db = f.level.map((x) => Math.max(FLOOR_DB, x));
  return track(frame, {
    title: 'Level',
    unit: 'dB relative to full scale, 60–3800 Hz',
    height: 90,
    y: { domain: [FLOOR_DB, 0], ticks: [-80, -60, -40, -20, 0], grid: true },
    marks: [Plot.lineY(points(db, frame), { x: 's', y: 'y', stroke: 'var(--ink)', strokeWidth: 1.25 })],
  });
}

function spectrogram(f: FrameFeatures, frame: Frame): Html {
  const loudest = f.logMel.reduce((max, x) => Math.max(max, x), QUIETEST_INK);
  const ticks = [100, 250, 500, 1000, 2000, 3000];
  return track(frame, {
    title: 'Log-mel spectrogram',
    unit: `Hz; ${MEL_BANDS} bands, 50 dB from blank to full`,
    height: SPECTROGRAM_PX,
    y: { domain: [0, MEL_BANDS], ticks: ticks.map(bandAt), tickFormat: (_: number, i: number) => String(ticks[i]) },
    marks: [raster(f.logMel, MEL_BANDS, SPECTROGRAM_PX, frame, (x) => 1 + (x - loudest) / INK_RANGE)],
  });
}

function chroma(values: Float32Array, f: FrameFeatures, frame: Frame): Html {
  const loudest = f.level.reduce((max, x) => Math.max(max, x), -Infinity);
  const shade = (x: number, i: number): number => x ** 3 * Math.max(0, 1 + ((f.level[i] ?? 0) - loudest) / FADE_DB);
  const middles = NAMED_PITCHES.map((_, i) => i + 0.5);
  return track(frame, {
    title: 'Chroma',
    unit: 'pitch class; full is the strongest of its moment, fading where it is quiet',
    height: CHROMA_PX,
    axis: 'bottom',
    y: { domain: [0, CHROMA_CLASSES], ticks: middles, tickFormat: (_: number, i: number) => NAMED_PITCHES[i] ?? '' },
    marks: [raster(values, CHROMA_CLASSES, CHROMA_PX, frame, shade, 'pixelated')],
  });
}

interface Track {
  readonly title: string;
  readonly unit: string;
  readonly height: number;
  readonly y: Plot.ScaleOptions;
  readonly color?: Plot.ScaleOptions;
  readonly marks: readonly Plot.Markish[];
  /** Where the seconds are written. */
  readonly axis?: 'top' | 'bottom';
  readonly note?: Html;
}

/** One picture under its title; all of them share the axis of seconds and the utterances' shades. */
function track(frame: Frame, { title, unit, height, y, color, marks, axis, note }: Track): Html {
  const { width, seconds, utterances } = frame;
  const top = axis === 'top' ? 24 : 4;
  const bottom = axis === 'bottom' ? 24 : 4;
  const picture = chart({
    width,
    height: top + height + bottom,
    marginLeft: MARGIN.left,
    marginRight: MARGIN.right,
    marginTop: top,
    marginBottom: bottom,
    x: { domain: [0, seconds], label: null, axis: null },
    y: { label: null, ...y },
    ...(color ? { color } : {}),
    marks: [
      Plot.rect(utterances, {
        x1: ({ startMs }: AnalyzedPart) => startMs / 1000,
        x2: ({ endMs }: AnalyzedPart) => Math.min(seconds, endMs / 1000),
        fill: (part: AnalyzedPart) => utteranceColour(part),
        fillOpacity: 0.13,
      }),
      Plot.gridX({ stroke: 'var(--line)', strokeOpacity: 1, tickSpacing: 90 }),
      ...(axis
        ? [Plot.axisX({ anchor: axis, tickSpacing: 90, tickFormat: (t: number) => `${t} s`, label: null })]
        : []),
      ...marks,
    ],
  });
  return html`<figure>
    <figcaption><b>${title}</b> <small>${unit}</small>${note ?? ''}</figcaption>
    ${picture}
  </figure>`;
}

/** Frame after frame, thinned to what the axis can show. */
function points(values: Float32Array, { inner }: Frame): { s: number; y: number }[] {
  const step = Math.max(1, Math.floor(values.length / (2 * inner)));
  return Array.from({ length: Math.ceil(values.length / step) }, (_, k) => ({
    s: FIRST_FRAME_S + k * step * HOP_S,
    y: values[k * step] ?? NaN,
  }));
}

/** A leap from one point to the next is a slip of the tracker or another word: no line joins it. */
function broken(contour: readonly { s: number; y: number }[]): { s: number; y: number }[] {
  return contour.flatMap((point, i) => {
    const before = contour[i - 1]?.y ?? NaN;
    const leaps = Math.abs(12 * Math.log2(point.y / before)) > LEAP_SEMITONES;
    return leaps ? [{ s: point.s, y: NaN }, point] : [point];
  });
}

/** A matrix of frames as a picture of some height, its first column at the bottom. */
function raster(
  matrix: Float32Array,
  rows: number,
  height: number,
  { inner, seconds }: Frame,
  ink: (value: number, frame: number) => number,
  imageRendering = 'auto',
): Plot.Markish {
  const frames = matrix.length / rows;
  const width = Math.min(frames, inner);
  const at = (column: number, row: number): number => {
    const frame = Math.floor((column * frames) / width);
    return ink(matrix[frame * rows + rows - 1 - row] ?? 0, frame);
  };
  return Plot.image([inkPng({ width, height: rows, at })], {
    src: (src: string) => src,
    x: [FIRST_FRAME_S + ((frames - 1) * HOP_S) / 2],
    y: [rows / 2],
    width: (frames * HOP_S * inner) / seconds,
    height,
    preserveAspectRatio: 'none',
    imageRendering,
  });
}

/** Where a frequency lies among the mel bands, counted from the lower edge of the lowest (HTK's formula, as the features have it). */
function bandAt(hz: number): number {
  const mel = (x: number): number => 2595 * Math.log10(1 + x / 700);
  const [low, high] = [mel(BAND_HZ[0]), mel(BAND_HZ[1])];
  return ((mel(hz) - low) / (high - low)) * (MEL_BANDS + 1) - 0.5;
}

function widthOf(startMs: number, endMs: number, { inner, seconds }: Frame): number {
  return ((endMs - startMs) / 1000 / seconds) * inner;
}

function utteranceColour({ result }: AnalyzedPart): string {
  return result.decision.label ? colourOf(result.decision.label) : 'var(--soft)';
}
