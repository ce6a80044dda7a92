import { join } from 'node:path';
import { loadModelFiles, ModelFileError } from '../common/model-manifest.js';
import type { FusedEmotion } from '../emotion/fused.js';
import { fusionConfig, type FusionConfig, type FusionValues } from '../fusion/config.js';

/** The file that a calibration writes into its folder, beside its card. */
export const FUSION_FILE = 'fusion.json';

/**
 * Reads the numbers of a fusion from the manifest's folder, by name: `fusion/default`.
 * @throws ModelFileError when it is missing, is not the file that the manifest pins, or cannot be used
 */
export async function loadFusion(modelsDir: string, name: string): Promise<FusionConfig> {
  const { files, dir } = await loadModelFiles(modelsDir, name);
  try {
    return fusionConfig(JSON.parse(files.get(FUSION_FILE)?.toString('utf8') ?? '') as FusionValues);
  } catch (cause) {
    throw new ModelFileError(`${join(dir, FUSION_FILE)} cannot be used: ${(cause as Error).message}`, { cause });
  }
}

/** One line for each model whose readings the fusion was not measured on. */
export function unmeasured({ name, measuredWith }: FusionConfig, models: FusedEmotion['models']): string[] {
  return (['voice', 'text'] as const).flatMap((modality) => {
    const [used, measured] = [models[modality], measuredWith?.[modality]];
    if (!used || (used.name === measured?.name && used.sha256 === measured.sha256)) return [];
    const other = measured ? `${measured.name} ${measured.sha256}` : 'no model';
    return `${name} was measured with ${other}; how much ${used.name} ${used.sha256} weighs is a guess. \`undertone calibrate fusion\` measures it.`;
  });
}
