import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { packWeights } from '../../src/audio/acoustic-format.js';
import { sha256, writeManifestEntry } from '../../src/common/model-manifest.js';
import type { TrainedModel } from './train.js';

/** `models/acoustic/seven` → `acoustic/seven` */
export function nameOf(out: string): string {
  const dir = resolve(out);
  return `${basename(dirname(dir))}/${basename(dir)}`;
}

/**
 * Writes model.json, weights.bin, CARD.md and the manifest entry of a model.
 * @param cardOf gets the model's size in bytes
 */
export async function ship(
  out: string,
  { config, tensors }: TrainedModel,
  licence: string,
  cardOf: (bytes: number) => string,
): Promise<number> {
  const dir = resolve(out);
  const model = Buffer.from(`${JSON.stringify(config)}\n`);
  const weights = packWeights(tensors.flat());
  await mkdir(dir, { recursive: true });
  await Promise.all([
    writeFile(join(dir, 'model.json'), model),
    writeFile(join(dir, 'weights.bin'), weights),
    writeFile(join(dir, 'CARD.md'), cardOf(weights.length + model.length)),
  ]);
  const name = nameOf(out);
  await writeManifestEntry(dirname(dirname(dir)), name, {
    kind: 'acoustic',
    licence,
    path: name,
    labels: config.labels,
    featureVersion: config.featureVersion,
    files: {
      'model.json': { bytes: model.length, sha256: sha256(model) },
      'weights.bin': { bytes: weights.length, sha256: sha256(weights) },
    },
  });
  return weights.length + model.length;
}
