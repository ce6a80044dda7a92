import { resolve } from 'node:path';
import { parseAcousticConfig } from '../src/audio/acoustic-format.js';
import { loadModelFiles } from '../src/common/model-manifest.js';
import { leftOut, readCorpora, type Clip } from './corpora.js';

/** Which recordings are to be read. */
export interface Choice {
  readonly root: string;
  readonly manifest?: string;
  /** Only speakers that the model was not trained on. */
  readonly heldOut?: boolean;
  readonly model: string;
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
  const { clips, dropped } = await readCorpora(choice.root, choice.manifest);
  for (const line of leftOut(dropped)) note(line);
  const unheard = choice.heldOut ? await heldOutSpeakers(resolve(choice.models), choice.model) : null;
  const chosen = clips.filter((clip) => unheard?.has(clip.speaker) ?? true).slice(0, choice.limit);
  if (chosen.length === 0) throw new Error('none of the speakers was kept out of the training of this model');
  return { chosen, dropped: dropped.length };
}

async function heldOutSpeakers(modelsDir: string, model: string): Promise<Set<string>> {
  const { files } = await loadModelFiles(modelsDir, model.includes('/') ? model : `acoustic/${model}`);
  const { training } = parseAcousticConfig(files.get('model.json')?.toString('utf8') ?? '');
  return new Set(training['heldOutSpeakers'] as string[]);
}
