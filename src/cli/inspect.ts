import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { AcousticService } from '../audio/acoustic.service.js';
import { DecodeService } from '../audio/decode.service.js';
import { createDenoiser } from '../audio/denoise.model.js';
import { concatSamples } from '../audio/pcm.js';
import { OWN_MODALITIES } from '../emotion/evidence.js';
import { PipelineService } from '../pipeline/pipeline.service.js';
import { inspectionPage } from './inspect-page.js';
import { reasonOf, withLine, type LineOptions } from './line.js';
import { sizeOf } from './page.js';
import { readAlong } from './read-along.js';
import { utteranceTable } from './table.js';

export interface InspectOptions extends LineOptions {
  /** The page that is written. */
  readonly html: string;
}

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

    const heard = await line.get(DecodeService, { strict: false }).decode(audio);
    const samples = config.AUDIO_DENOISE === 'rnnoise' ? await denoised(heard) : heard;
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

async function denoised(samples: Float32Array): Promise<Float32Array> {
  const denoiser = await createDenoiser();
  const clean = concatSamples([denoiser.push(samples), denoiser.flush()]);
  denoiser.release();
  return clean;
}
