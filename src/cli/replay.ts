import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { loadConfig } from '../common/config.js';
import { messageOf } from '../common/errors.js';
import type { FusedEmotion } from '../emotion/fused.js';
import { replay, type FusedRecord, type Replayed } from '../fusion/replay.js';
import { loadFusion } from '../pipeline/load-fusion.js';
import { reasonOf } from './line.js';
import { plainTable } from './table.js';

export interface ReplayOptions {
  readonly fusion?: string;
  readonly json?: true;
}

const EvidenceSchema = z.looseObject({ modality: z.string(), status: z.enum(['available', 'unavailable']) });

/** As `analyze --evidence` and the export of evidence write them; further fields are left alone. */
const RecordSchema = z.looseObject({
  voice: EvidenceSchema,
  text: EvidenceSchema,
  words: z.string().optional(),
  fused: z.looseObject({
    decision: z.looseObject({ label: z.string().nullable() }),
    scores: z.record(z.string(), z.number()),
    incongruence: z.looseObject({ detected: z.boolean() }),
    explanation: z.looseObject({}),
    models: z.looseObject({}),
  }),
});

/** Decisions that are listed one by one. */
const LISTED = 50;

/**
 * Fuses the evidence of files again and prints what changes. Resolves with false when a file or a line of it could not be read.
 * @throws ModelFileError when there is no such fusion
 */
export async function replayFiles(files: readonly string[], options: ReplayOptions): Promise<boolean> {
  const settings = loadConfig();
  const name = options.fusion ?? settings.FUSION_MODEL;
  const config = await loadFusion(settings.MODELS_DIR, name.includes('/') ? name : `fusion/${name}`);
  const replayed: Replayed[] = [];
  let allRead = true;
  const complain = (where: string, why: string): void => {
    allRead = false;
    console.error(`undertone: ${where}: ${why}`);
  };
  for (const file of files) {
    let number = 0;
    try {
      for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
        number += 1;
        if (line.trim() === '') continue;
        const record = recordOf(line);
        if (typeof record === 'string') complain(`${file}, line ${number}`, record);
        else replayed.push(replay(record, config));
      }
    } catch (error) {
      complain(file, reasonOf(error));
    }
  }
  if (options.json) {
    for (const one of replayed.filter(hasChanged)) console.log(JSON.stringify(changeOf(one)));
    return allRead;
  }
  print(replayed, config.ref);
  return allRead;
}

/** The record of a line, or what is wrong with it; never what it says. */
function recordOf(line: string): FusedRecord | string {
  try {
    const given: unknown = JSON.parse(line);
    const parsed = RecordSchema.safeParse(given);
    if (parsed.success) return given as FusedRecord; // as it was written: the order of its fields counts for "to the last bit"
    const issue = parsed.error.issues[0];
    return `${issue?.path.join('.') ?? 'the line'}: ${issue?.message ?? 'is not of the expected form'}; give lines that "undertone analyze --evidence" wrote`;
  } catch (error) {
    return messageOf(error).startsWith('Unexpected') ? 'is not JSON' : 'cannot be fused';
  }
}

function hasChanged({ decisionChanged, incongruenceChanged }: Replayed): boolean {
  return decisionChanged || incongruenceChanged;
}

function changeOf({ record, fused, ...told }: Replayed) {
  const { sessionId, utteranceId, fused: before } = record;
  const answer = ({ decision, incongruence, models }: FusedEmotion) => ({
    ...decision,
    incongruent: incongruence.detected,
    fusion: models.fusion,
  });
  return { sessionId, utteranceId, ...told, before: answer(before), after: answer(fused) };
}

function print(replayed: readonly Replayed[], fusion: { readonly name: string; readonly sha256: string }): void {
  const changed = replayed.filter(({ decisionChanged }) => decisionChanged);
  const disagreements = replayed.filter(({ incongruenceChanged }) => incongruenceChanged).length;
  const identical = replayed.filter((one) => one.identical).length;
  console.log(
    `${changed.length} of ${replayed.length} decisions change under ${fusion.name} ${fusion.sha256}; ` +
      `${disagreements} disagreements of voice and words come or go; ${identical} answers are the same to the last bit.`,
  );
  if (changed.length === 0) return;
  const named = ({ decision }: FusedEmotion): string =>
    `${decision.label ?? `none (${decision.abstainReason ?? ''})`} ${decision.confidence.toFixed(2)}`;
  const table = plainTable(['session', 'utterance', 'before', 'after']);
  for (const { record, fused } of changed.slice(0, LISTED)) {
    table.push([record.sessionId ?? '', record.utteranceId ?? '', named(record.fused), named(fused)]);
  }
  console.log(table.toString());
  if (changed.length > LISTED) console.log(`and ${changed.length - LISTED} more: --json has them all`);
}
