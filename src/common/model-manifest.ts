import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Pin } from './download.js';

const FileSchema = z.object({ bytes: z.number().int().positive(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

const ModelSchema = z.object({
  kind: z.enum(['acoustic', 'text', 'whisper', 'whisper-head', 'fusion']),
  licence: z.string(),
  /** Folder of the files, relative to the models folder; absent for a model that is pulled from a hub. */
  path: z.string().optional(),
  /** Hub id and revision of a model that is not shipped. */
  hub: z.object({ id: z.string(), revision: z.string() }).optional(),
  /** Of a text model: primary language subtags, or `*`; where its own config.json does not say. */
  languages: z.array(z.string()).optional(),
  /** In the order of the model's outputs. */
  labels: z.array(z.string()).optional(),
  /** An acoustic model is only valid with the extractor that made its training features. */
  featureVersion: z.number().int().optional(),
  /** Of a head: sha256 of the Whisper encoder whose states it reads. */
  encoder: z.string().optional(),
  /** Of a shipped model every file; of a hub's those whose hash is known beforehand. */
  files: z.record(z.string(), FileSchema),
});

const ManifestSchema = z.object({ models: z.record(z.string(), ModelSchema) });

export type ManifestEntry = z.infer<typeof ModelSchema>;
export type Manifest = z.infer<typeof ManifestSchema>;

/** Weights that are absent, or not the ones that the manifest pins. */
export class ModelFileError extends Error {}

/** @throws ModelFileError when the file is missing or not a manifest. */
export async function readManifest(modelsDir: string): Promise<Manifest> {
  const file = join(modelsDir, 'manifest.json');
  try {
    return ManifestSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new ModelFileError(`${file} cannot be read as a model manifest`, { cause });
  }
}

/** Adds or replaces one entry, keys sorted, so that two trainings never disturb each other's lines. */
export async function writeManifestEntry(modelsDir: string, name: string, entry: ManifestEntry): Promise<void> {
  const manifest = await readManifest(modelsDir).catch(() => ({ models: {} }));
  const models = Object.fromEntries(
    Object.entries({ ...manifest.models, [name]: entry }).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  await writeFile(join(modelsDir, 'manifest.json'), `${JSON.stringify({ models }, null, 2)}\n`);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export interface LoadedModelFiles {
  readonly name: string;
  readonly entry: ManifestEntry;
  readonly dir: string;
  /** File name → content. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** sha256 over the files' hashes in name order: the identity of these weights. */
  readonly sha256: string;
}

/**
 * Reads a shipped model and checks every byte of it.
 * @throws ModelFileError naming the file that is missing or whose hash differs; a model that fails is never used.
 */
export async function loadModelFiles(modelsDir: string, name: string): Promise<LoadedModelFiles> {
  const manifest = await readManifest(modelsDir);
  const entry = manifest.models[name];
  if (!entry) {
    const known = Object.keys(manifest.models).join(', ');
    throw new ModelFileError(`no model "${name}" in the manifest; known: ${known}`);
  }
  const dir = join(modelsDir, entry.path ?? name);
  const files = new Map<string, Buffer>();
  for (const [file, pin] of Object.entries(entry.files)) {
    const bytes = await readFile(join(dir, file)).catch((cause: unknown) => {
      throw new ModelFileError(`${join(dir, file)} is missing`, { cause });
    });
    if (sha256(bytes) !== pin.sha256) throw new ModelFileError(`${join(dir, file)} is not the file the manifest pins`);
    files.set(file, bytes);
  }
  return { name, entry, dir, files, sha256: identityOf(entry) };
}

/** One hash that stands for all files of an entry. */
export function identityOf(entry: ManifestEntry): string {
  const pins = Object.keys(entry.files)
    .sort()
    .map((file) => `${file}:${entry.files[file]?.sha256 ?? ''}`);
  return sha256(Buffer.from(pins.join('\n')));
}

/** A model that is not shipped: where it comes from, and what is known of its files beforehand. */
export interface HubModel {
  /** `owner/name` */
  readonly id: string;
  readonly revision: string;
  /** File → what it must be. A file without a pin is trusted when it first comes, and held to that from then on. */
  readonly pins: Readonly<Record<string, Pin>>;
}

/** What the manifest says of a hub id; an id that it does not know is taken from `main` and has no pins. */
export function hubModelOf({ models }: Manifest, id: string): HubModel {
  const entry = models[id];
  return { id, revision: entry?.hub?.revision ?? 'main', pins: entry?.hub ? entry.files : {} };
}
