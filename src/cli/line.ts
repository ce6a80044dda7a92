import { getSystemErrorMap } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { loadConfig, type Config } from '../common/config.js';
import { messageOf } from '../common/errors.js';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { TextService } from '../text/text.service.js';
import { progressBar } from './progress.js';

/** What every command that reads recordings may be told. */
export interface LineOptions {
  readonly text?: string;
  readonly language: string;
  readonly model?: string;
  readonly whisper?: string;
}

/** What goes wrong is thrown, and told in one line. */
const QUIET = { logger: false, abortOnError: false } as const;

/**
 * The server's line, open as long as `work` takes. The consent is the caller's own: nothing leaves this machine.
 * Whisper is not even loaded where the words are given, unless a head hears through it.
 */
export async function withLine<T>(
  { text, model, whisper }: LineOptions,
  hasFiles: boolean,
  work: (line: INestApplicationContext, config: Config) => Promise<T>,
): Promise<T> {
  const server = loadConfig();
  const config: Config = {
    ...server,
    ACOUSTIC_MODEL: model ?? server.ACOUSTIC_MODEL,
    WHISPER_MODEL:
      hasFiles && (text === undefined || server.WHISPER_HEAD !== 'off') ? (whisper ?? server.WHISPER_MODEL) : 'off',
  };
  const line = await NestFactory.createApplicationContext(PipelineModule.register(config), QUIET);
  try {
    if (config.WHISPER_MODEL !== 'off') await whisperReady(line.get(TextService, { strict: false }));
    return await work(line, config);
  } finally {
    await line.close();
  }
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

/** Why a file was not read, as the system's own tools would say it. */
export function reasonOf(error: unknown): string {
  const { errno } = error as NodeJS.ErrnoException;
  return (errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1]) ?? messageOf(error);
}
