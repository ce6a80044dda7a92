import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { AcousticService } from '../audio/acoustic.service.js';
import { DecodeService } from '../audio/decode.service.js';
import { createDenoiser } from '../audio/denoise.model.js';
import { concatSamples } from '../audio/pcm.js';
import { resampleWhole } from '../audio/resample.js';
import { emptyBaseline, withSpeech } from '../audio/speaker-baseline.js';
import { OWN_MODALITIES } from '../emotion/evidence.js';
import { SAMPLE_RATE } from '../emotion/utterance.js';
import type { AnalyzedPart } from '../pipeline/analyze-file.js';
import { PipelineService } from '../pipeline/pipeline.service.js';
import { inspectionPage } from './inspect-page.js';
import type { Reading } from './inspect-tracks.js';
import { reasonOf, withLine, type LineOptions } from './line.js';
import { sizeOf } from './page.js';
import { progressBar } from './progress.js';
import { utteranceTable } from './table.js';

export interface InspectOptions extends LineOptions {
  /** The page that is written. */
  readonly html: string;
}

/** The voice is read again whenever an utterance has grown by this, ms. */
const STEP_MS = 250;

/**
 * One recording through the line of the server, drawn on one page; a summary goes to stdout. The page holds no sound, but
 * what was said and pictures of how. Resolves with false when the recording cannot be read or the page cannot be written.
 */
export async function inspect(file: string, options: InspectOptions): Promise<boolean> {
  const page = resolve(options.html);
  const failed = (what: string, reason: string): boolean => {
    console.error(`undertone: ${what}: ${reason}`);
    return false;
  };
  if (page === resolve(file)) return failed(file, 'the page would overwrite the recording');
  const audio = await readFile(file).catch(reasonOf);
  if (typeof audio === 'string') return failed(file, audio);

  return withLine(options, true, async (line, config) => {
    const pipeline = line.get(PipelineService);
    const { language, text } = options;
    const request = { audio, modalities: OWN_MODALITIES, language, ...(text === undefined ? {} : { text }) };
    const analysis = await pipeline.analyze(request).catch(reasonOf);
    if (typeof analysis === 'string') return failed(file, analysis);

    const decoded = await line.get(DecodeService, { strict: false }).decode(audio);
    const resampled = await resampleWhole(decoded.samples, decoded.sampleRate);
    const samples = config.AUDIO_DENOISE === 'rnnoise' ? await denoised(resampled) : resampled;
    const readings = await readAlong(samples, analysis.utterances, line.get(AcousticService, { strict: false }));

    const name = basename(file);
    const date = new Date().toISOString();
    const markup = inspectionPage({ name, samples, analysis, readings, models: pipeline.models(), date });
    const written = await mkdir(dirname(page), { recursive: true })
      .then(() => writeFile(page, markup))
      .catch(reasonOf);
    if (typeof written === 'string') return failed(options.html, written);

    if (analysis.utterances.length > 0) console.log(utteranceTable(analysis.utterances, process.stdout.columns));
    else console.log('! No speech was found.');
    for (const { message } of analysis.warnings) console.log(`! ${message}`);
    console.log(`${options.html} · ${sizeOf(Buffer.byteLength(markup))}`);
    return true;
  });
}

/**
 * What interim results would say: each utterance from its start to one step further, and at last the whole. As in a session,
 * a voice is compared with what the utterances before have taught of the speaker.
 */
async function readAlong(
  samples: Float32Array,
  utterances: readonly AnalyzedPart[],
  voice: AcousticService,
): Promise<Reading[]> {
  const readings: Reading[] = [];
  const bar = utterances.length > 1 ? progressBar('{bar} {value}/{total} utterances') : undefined;
  bar?.start(utterances.length, 0);
  let baseline = emptyBaseline();
  for (const { utteranceId, startMs, endMs } of utterances) {
    const steps = Math.ceil((endMs - startMs) / STEP_MS);
    const ends = Array.from({ length: steps }, (_, i) => Math.min(endMs, startMs + (i + 1) * STEP_MS));
    const read = (until: number): ReturnType<AcousticService['read']> => {
      const [from, to] = [startMs, until].map((ms) => Math.round((ms * SAMPLE_RATE) / 1000));
      const part = {
        id: utteranceId,
        startMs,
        endMs: until,
        endReason: 'forced',
        samples: samples.slice(from, to),
      } as const;
      return voice.read(part, { baseline });
    };
    const grown = await Promise.all(ends.map(read));
    for (const [i, { evidence }] of grown.entries()) {
      if (evidence.status !== 'available') continue;
      readings.push({ utteranceId, sinceMs: ends[i - 1] ?? startMs, endMs: ends[i] ?? endMs, scores: evidence.scores });
    }
    const speech = grown.at(-1)?.speech;
    if (speech) baseline = withSpeech(baseline, speech);
    bar?.increment();
  }
  bar?.stop();
  return readings;
}

async function denoised(samples: Float32Array): Promise<Float32Array> {
  const denoiser = await createDenoiser();
  const clean = concatSamples([denoiser.push(samples), denoiser.flush()]);
  denoiser.release();
  return clean;
}
