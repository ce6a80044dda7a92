import { resolve } from 'node:path';
import { z } from 'zod';
import { loadModelFiles } from '../../src/common/model-manifest.js';
import { leftOut, readCorpora, type Clip } from './corpora.js';

/** Which recordings are to be read. */
export interface Choice {
  readonly root: string;
  readonly manifest?: string;
  /** Only speakers that the model was not trained on. */
  readonly heldOut?: boolean;
  readonly model: string;
  /** Another model of the manifest that was trained on none of them either. */
  readonly alsoUnheardBy?: string | undefined;
  readonly models: string;
  readonly limit?: number;
}

/**
 * The clips that are asked for, and how many rows have none of the emotions.
 * @param note is told what was left out
 * @throws Error when none is left
 */
export async function clipsOf(
  choice: Choice,
  note: (line: string) => void,
): Promise<{ chosen: Clip[]; dropped: number }> {
  const corpus = await readCorpora(choice.root, choice.manifest);
  const { clips, dropped } = corpus;
  for (const line of leftOut(corpus)) note(line);
  const unheard = choice.heldOut ? await heldOutSpeakers(resolve(choice.models), choice.model) : null;
  const also =
    choice.heldOut && choice.alsoUnheardBy ? await heldOutSpeakers(resolve(choice.models), choice.alsoUnheardBy) : null;
  const chosen = clips
    .filter(({ speaker }) => (unheard?.has(speaker) ?? true) && (also?.has(speaker) ?? true))
    .slice(0, choice.limit);
  if (chosen.length === 0) throw new Error('none of the speakers was kept out of the training of this model');
  return { chosen, dropped: dropped.length };
}

/** What every `model.json` of a voice says. */
const Trained = z.object({ training: z.object({ heldOutSpeakers: z.array(z.string()) }) });

async function heldOutSpeakers(modelsDir: string, model: string): Promise<Set<string>> {
  const { files } = await loadModelFiles(modelsDir, model.includes('/') ? model : `acoustic/${model}`);
  const { training } = Trained.parse(JSON.parse(files.get('model.json')?.toString('utf8') ?? ''));
  return new Set(training.heldOutSpeakers);
}
