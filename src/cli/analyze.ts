import { readFile } from 'node:fs/promises';
import { getSystemErrorMap } from 'node:util';
import { NestFactory } from '@nestjs/core';
import { SingleBar } from 'cli-progress';
import { loadConfig, type Config } from '../common/config.js';
import { messageOf } from '../common/errors.js';
import { MODALITIES } from '../emotion/evidence.js';
import type { AnalyzedPart, FileAnalysis } from '../pipeline/analyze-file.js';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { PipelineService } from '../pipeline/pipeline.service.js';
import { TextService } from '../text/text.service.js';
import { utteranceTable } from './table.js';

export interface AnalyzeOptions {
  readonly text?: string;
  readonly language: string;
  readonly model?: string;
  readonly whisper?: string;
  readonly json?: true;
}

/** What goes wrong is thrown, and told in one line. */
const QUIET = { logger: false, abortOnError: false } as const;

/**
 * Files, or a message, through the very line of the server; results go to stdout, everything else to stderr.
 * Resolves with false when a file could not be read. The consent is the caller's own: nothing leaves this machine, and
 * nothing is kept.
 */
export async function analyze(files: readonly string[], options: AnalyzeOptions): Promise<boolean> {
  const config = configOf(files, options);
  const app = await NestFactory.createApplicationContext(PipelineModule.register(config), QUIET);
  try {
    if (config.WHISPER_MODEL !== 'off') await whisperReady(app.get(TextService, { strict: false }));
    return await analyzeAll(files, options, app.get(PipelineService));
  } finally {
    await app.close();
  }
}

/** Whisper is not even loaded where the words are given. */
function configOf(files: readonly string[], { text, model, whisper }: AnalyzeOptions): Config {
  const config = loadConfig();
  return {
    ...config,
    ACOUSTIC_MODEL: model ?? config.ACOUSTIC_MODEL,
    WHISPER_MODEL: text === undefined && files.length > 0 ? (whisper ?? config.WHISPER_MODEL) : 'off',
  };
}

async function analyzeAll(
  files: readonly string[],
  options: AnalyzeOptions,
  pipeline: PipelineService,
): Promise<boolean> {
  const { text, language, json = false } = options;
  const printer = new Printer(json);
  const request = {
    modalities: MODALITIES,
    language,
    ...(text === undefined ? {} : { text }),
  };
  if (files.length === 0) {
    printer.print(await pipeline.analyze(request));
    return true;
  }
  const bar = files.length > 1 ? progressBar('{bar} {value}/{total} files') : undefined;
  let allRead = true;
  for (const [i, file] of files.entries()) {
    bar?.start(files.length, i);
    const analysis = await readFile(file)
      .then((audio) => pipeline.analyze({ ...request, audio }))
      .catch(reasonOf);
    bar?.stop();
    if (typeof analysis === 'string') {
      allRead = false;
      console.error(`undertone: ${file}: ${analysis}`);
    } else printer.print(analysis, file);
  }
  return allRead;
}

/** Prints analyses; the advice about Whisper concerns all of them and is given once. */
class Printer {
  private advised = false;

  constructor(private readonly json: boolean) {}

  print({ utterances, warnings }: FileAnalysis, file?: string): void {
    const notes = utterances.length === 0 ? ['No speech was found.'] : [];
    for (const { code, message } of warnings) {
      if (code === 'transcriptionUnavailable' && this.advised) continue;
      this.advised ||= code === 'transcriptionUnavailable';
      notes.push(message);
    }
    if (this.json) {
      for (const utterance of utterances) console.log(jsonLine(utterance, file));
      for (const note of notes) console.error(`undertone: ${file ? `${file}: ` : ''}${note}`);
      return;
    }
    if (file) console.log(file);
    if (utterances.length > 0) console.log(utteranceTable(utterances, process.stdout.columns));
    for (const note of notes) console.log(`! ${note}`);
  }
}

/** Always in this order, so that lines can be compared. */
function jsonLine(
  { utteranceId, startMs, endMs, transcript, voice, text, result }: AnalyzedPart,
  file?: string,
): string {
  return JSON.stringify({ file, utteranceId, startMs, endMs, transcript, voice, text, result });
}

/** Waits until words can be written down, or never will be; a download at the first start shows how far it is. */
async function whisperReady(words: TextService): Promise<void> {
  const bar = progressBar('Whisper {bar} {percentage} %');
  const ticker = setInterval(() => {
    const whisper = words.whisperStatus();
    if (whisper.status !== 'loading' || !whisper.progress) return;
    const { loadedBytes, totalBytes } = whisper.progress;
    if (!bar.isActive) bar.start(totalBytes, loadedBytes);
    bar.setTotal(totalBytes);
    bar.update(loadedBytes);
  }, 500);
  await words.whisperReady();
  clearInterval(ticker);
  bar.stop();
}

/** On stderr, and only where a person looks on. */
function progressBar(format: string): SingleBar {
  return new SingleBar({ format, stream: process.stderr, clearOnComplete: true });
}

/** Why a file was not read, as the system's own tools would say it. */
function reasonOf(error: unknown): string {
  const { errno } = error as NodeJS.ErrnoException;
  return (errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1]) ?? messageOf(error);
}
