import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { env, LogLevel } from '@huggingface/transformers';
import { messageOf } from '../common/errors.js';
import { hubModelOf, readManifest } from '../common/model-manifest.js';
import { identityOfFiles, ModelStore, ModelStoreError, sha256OfFile } from '../common/model-store.js';
import { filesOf, nameOf, suffixOf, type HubSource } from './hub-source.js';

/** Options of `from_pretrained` and `pipeline` that this project sets. */
export interface PretrainedOptions {
  readonly dtype: HubSource['dtype'];
  readonly device: 'cpu';
  readonly local_files_only: true;
  readonly session_options: Readonly<Record<string, unknown>>;
}

/** Why weights cannot be had, in words that may reach a client: no path, no address. */
const REASONS = {
  notInstalled: 'its weights are not installed',
  unreachable: 'its weights are not installed, and could not be pulled from the hub',
  unusable: 'its weights are installed but cannot be used',
  mismatch: 'its weights are refused, because they are not the pinned ones',
} as const;

/** Weights that cannot be had: an expected state. The message may reach a client; `detail` is for the operator's log. */
export class ModelUnavailable extends Error {
  /** What the operator does about it. */
  readonly howTo: string;

  constructor(
    readonly reason: keyof typeof REASONS,
    { id, dtype }: HubSource,
    readonly detail: string,
    /** The file at fault, relative to the model. */
    file?: string,
  ) {
    super(`${nameOf(id)}: ${REASONS[reason]}${file ? ` (${file})` : ''}`);
    this.name = 'ModelUnavailable';
    const name = nameOf(id);
    this.howTo =
      reason === 'mismatch'
        ? `\`undertone models pull ${name}\` fetches the pinned file again; then start the server again.`
        : `\`undertone models pull ${name}\`, or on a machine without a network \`undertone models import\`, or let ` +
          `MODEL_DOWNLOAD pull it from HUB_URL, or configure a folder that holds the model's *.json and ` +
          `onnx/*${suffixOf(dtype)}.onnx; then start the server again.`;
  }
}

/** One thread each: the server scales by workers, and results must not depend on how a sum was split. */
const OPTIONS = {
  device: 'cpu',
  local_files_only: true,
  session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
} as const;

/**
 * Loads a model from its folder, else from the model store, which pulls it where that is allowed. `load` gets a folder:
 * transformers.js itself never asks the network.
 * @throws ModelUnavailable, soon, when no place has it; it never waits for a hub that does not answer.
 */
export async function fromHub<T>(
  source: HubSource,
  load: (folder: string, options: PretrainedOptions) => Promise<T>,
): Promise<{ model: T; folder: string }> {
  const { id, localDirs = [], dtype } = source;
  env.logLevel = LogLevel.ERROR;
  env.allowRemoteModels = false;
  const own = [id, ...localDirs.map((dir) => join(dir, id))].map((dir) => resolve(dir)).find(holdsModel);
  const folder = own ?? (await fromStore(source));
  const model = await load(folder, { dtype, ...OPTIONS }).catch((cause: unknown) => {
    throw new ModelUnavailable('unusable', source, `${folder}: ${messageOf(cause)}`);
  });
  return { model, folder };
}

/** The folder of a hub model, every file of which was verified. */
async function fromStore(source: HubSource): Promise<string> {
  const { id, modelsDir, cacheDir, remoteHost, dtype, allowDownload, headMs, onProgress } = source;
  const store = new ModelStore({ cacheDir, remoteHost, headMs, filesOf: (config) => filesOf(config, () => dtype) });
  const model = hubModelOf(modelsDir ? await readManifest(modelsDir) : { models: {} }, id);
  try {
    return await store.verified(model).catch(async (error: unknown) => {
      if (!allowDownload || !(error instanceof ModelStoreError) || error.kind !== 'missing') throw error;
      await store.pull(model, { onProgress });
      return store.verified(model);
    });
  } catch (error) {
    if (!(error instanceof ModelStoreError)) throw error;
    const reason = REASON_OF[error.kind];
    throw new ModelUnavailable(reason, source, error.message, reason === 'mismatch' ? error.file : undefined);
  }
}

const REASON_OF = {
  missing: 'notInstalled',
  unreadable: 'unusable',
  mismatch: 'mismatch',
  unreachable: 'unreachable',
  refused: 'unreachable',
} as const satisfies Readonly<Record<ModelStoreError['kind'], ModelUnavailable['reason']>>;

/** The identity of weights: the ONNX files of the folder that this dtype uses. */
export function hashWeights(folder: string, files: readonly string[]): Promise<string> {
  return identityOfFiles(
    folder,
    files.map((file) => join('onnx', file)),
  );
}

/** sha256 of one ONNX file of the folder. */
export function hashWeight(folder: string, file: string): Promise<string> {
  return sha256OfFile(folder, join('onnx', file));
}

function holdsModel(dir: string): boolean {
  return existsSync(join(dir, 'config.json'));
}
