import { appendFileSync } from 'node:fs';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { furtherOf, OWN_MODALITIES } from '../emotion/evidence.js';
import type { Locale } from '../emotion/fused.js';
import type { KeepResult, ResultRecord } from '../emotion/record.js';
import type { AnalyzedPart, FileAnalysis } from '../pipeline/analyze-file.js';
import { PipelineService } from '../pipeline/pipeline.service.js';
import { reasonOf, withLine, type LineOptions } from './line.js';
import { progressBar } from './progress.js';
import { utteranceTable } from './table.js';

export interface AnalyzeOptions extends LineOptions {
  readonly json?: true;
  readonly locale?: Locale;
  readonly labels?: string;
  readonly alerts?: string;
  /** Where the evidence of each utterance goes, to be fused again. */
  readonly evidence?: string;
}

/**
 * Files, or a message, through the very line of the server; results go to stdout, everything else to stderr.
 * Resolves with false when a file could not be read, or the evidence would overwrite one. Nothing is kept.
 */
export async function analyze(files: readonly string[], options: AnalyzeOptions): Promise<boolean> {
  const { evidence } = options;
  const harm = evidence === undefined ? undefined : await harmOf(evidence, files);
  if (harm !== undefined) {
    console.error(`undertone: ${evidence}: ${harm}`);
    return false;
  }
  return withLine(options, files.length > 0, (line) => analyzeAll(files, options, line.get(PipelineService)));
}

async function analyzeAll(
  files: readonly string[],
  options: AnalyzeOptions,
  pipeline: PipelineService,
): Promise<boolean> {
  const { text, language, json = false, locale = 'en', labels, alerts } = options;
  const printer = new Printer(json);
  const { evidence } = options;
  if (evidence !== undefined) await writeFile(evidence, '');
  const keeping = (file?: string): KeepResult | undefined =>
    evidence === undefined
      ? undefined
      : (result) => {
          appendFileSync(evidence, evidenceLine(result, file));
        };
  const request = {
    modalities: OWN_MODALITIES,
    language,
    locale,
    ...pipeline.choose({ labels, alerts }),
    ...(text === undefined ? {} : { text }),
  };
  if (files.length === 0) {
    printer.print(await pipeline.analyze(request, undefined, keeping()));
    return true;
  }
  const bar = files.length > 1 ? progressBar('{bar} {value}/{total} files') : undefined;
  let allRead = true;
  for (const [i, file] of files.entries()) {
    bar?.start(files.length, i);
    const analysis = await readFile(file)
      .then((audio) => pipeline.analyze({ ...request, audio }, undefined, keeping(file)))
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

  print({ utterances, alerts, warnings }: FileAnalysis<string>, file?: string): void {
    const notes = utterances.length === 0 ? ['No speech was found.'] : [];
    for (const { rule, status, reason, message } of alerts)
      if (status === 'raised') notes.push([`${rule}: ${reason}`, message].filter(Boolean).join('. '));
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

/** What writing the evidence would destroy: `--evidence calls/*.wav` takes the first recording for its own argument. */
async function harmOf(evidence: string, files: readonly string[]): Promise<string | undefined> {
  if (files.some((file) => resolve(file) === resolve(evidence))) return 'the evidence would overwrite the recording';
  const there = await stat(evidence).catch(() => undefined);
  if (!there?.isFile() || there.size === 0 || (await beginsAsEvidence(evidence))) return undefined;
  return 'the evidence would overwrite it, and it holds no evidence of an earlier run';
}

/** @throws Error where the file may not be read */
async function beginsAsEvidence(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read({ buffer: Buffer.alloc(1) });
    return buffer.toString() === '{';
  } finally {
    await file.close();
  }
}

/** As `replay` reads it. */
function evidenceLine({ utterance, transcript, voice, text, fused, ...rest }: ResultRecord, file?: string): string {
  const words = transcript?.text;
  return `${JSON.stringify({ file, utteranceId: utterance.id, words, voice, text, ...furtherOf(rest), fused })}\n`;
}

/** Always in this order, so that lines can be compared. */
function jsonLine(
  { utteranceId, startMs, endMs, transcript, voice, text, result }: AnalyzedPart<string>,
  file?: string,
): string {
  return JSON.stringify({ file, utteranceId, startMs, endMs, transcript, voice, text, result });
}
