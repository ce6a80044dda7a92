import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { loadConfig, type Config } from '../common/config.js';
import { messageOf } from '../common/errors.js';
import {
  hubModelOf,
  loadModelFiles,
  readManifest,
  type Manifest,
  type ManifestEntry,
} from '../common/model-manifest.js';
import { ModelStore, ModelStoreError, type StoredFile } from '../common/model-store.js';
import { unpacked } from '../common/unpack.js';
import { filesOf, nameOf } from '../text/hub-source.js';
import { listed, print, type ModelRow } from './models-table.js';
import { sizeOf } from './page.js';
import { progressBar } from './progress.js';

/** What the commands work on: the shipped models, the store, and the names that may be given. */
class Shelf {
  private constructor(
    readonly config: Config,
    readonly manifest: Manifest,
    readonly store: ModelStore,
    /** Hub ids of the manifest and of the settings. */
    readonly hubIds: readonly string[],
  ) {}

  static async open(): Promise<Shelf> {
    const config = loadConfig();
    const { CACHE_DIR: cacheDir, HUB_URL: remoteHost, WHISPER_DTYPE } = config;
    const manifest = await readManifest(config.MODELS_DIR);
    const dtypeOf = (kind: 'whisper' | 'text') => (kind === 'whisper' ? WHISPER_DTYPE : 'q8');
    const store = new ModelStore({ cacheDir, remoteHost, filesOf: (content) => filesOf(content, dtypeOf) });
    const pinned = Object.entries(manifest.models).flatMap(([name, { hub }]) => (hub ? [name] : []));
    const named = [config.WHISPER_MODEL, config.TEXT_MODEL, config.TEXT_MODEL_OTHER_LANGUAGES];
    const configured = named.filter((id) => !(id in manifest.models) && isHubId(id));
    return new Shelf(config, manifest, store, [...pinned, ...configured]);
  }

  get shipped(): string[] {
    return Object.keys(this.manifest.models).filter((name) => this.isShipped(name));
  }

  isShipped(name: string): boolean {
    const entry = this.manifest.models[name];
    return entry !== undefined && !entry.hub;
  }

  /** The whole name of a model; what stands after the slash is enough where only one is called so. */
  nameOf(given: string): string | undefined {
    const known = [...this.shipped, ...this.hubIds];
    if (known.includes(given)) return given;
    const [only, ...others] = known.filter((name) => name.split('/').at(-1) === given);
    return others.length === 0 ? only : undefined;
  }

  /** By the manifest, else by the setting that names it. */
  kindOf(id: string): ManifestEntry['kind'] {
    return this.manifest.models[id]?.kind ?? (id === this.config.WHISPER_MODEL ? 'whisper' : 'text');
  }

  /** Folders of the operator's own that the settings name. */
  get ownFolders(): string[] {
    const { WHISPER_MODEL, TEXT_MODEL, TEXT_MODEL_OTHER_LANGUAGES } = this.config;
    const named = [WHISPER_MODEL, TEXT_MODEL, TEXT_MODEL_OTHER_LANGUAGES];
    return named.filter((id) => id !== 'off' && !(id in this.manifest.models) && !isHubId(id));
  }

  check(id: string, thorough = false): Promise<StoredFile[]> {
    return this.store.check(hubModelOf(this.manifest, id), thorough);
  }
}

export interface ListOptions {
  readonly json?: true;
}

/** Prints the shipped models and those of the hub; resolves with false when one that is there cannot be used. */
export async function listModels({ json }: ListOptions): Promise<boolean> {
  const shelf = await Shelf.open();
  const { config, manifest } = shelf;
  const rows: ModelRow[] = [];
  for (const name of shelf.shipped) {
    const reason = await shippedFault(shelf, name);
    rows.push({
      ...listed(name, manifest.models[name]),
      ...(reason ? { state: 'broken', note: reason } : { state: 'verified' }),
    });
  }
  for (const id of shelf.hubIds) {
    const row = { ...listed(id, manifest.models[id]), kind: shelf.kindOf(id) };
    const files = await shelf.check(id);
    const [bytes, wrong] = [sumOf(files), files.find(({ state }) => state === 'mismatch')];
    const missing = files.filter(({ state }) => state === 'missing').length;
    const wanted = id === config.WHISPER_MODEL || id === config.TEXT_MODEL;
    if (wrong) rows.push({ ...row, state: 'broken', note: `${id}: ${wrong.file} ${FAULTS.mismatch}` });
    else if (missing === 0) rows.push({ ...row, bytes, state: 'installed' });
    else rows.push({ ...row, state: 'not installed', ...(wanted ? { note: offer(id, config) } : {}) });
  }
  for (const own of shelf.ownFolders) {
    const state = existsSync(join(resolve(own), 'config.json')) ? 'installed' : 'not installed';
    const note = `${own} is a folder of your own: no hash is checked.`;
    rows.push({ ...listed(nameOf(own)), kind: shelf.kindOf(own), state, note });
  }
  if (json) for (const row of rows) console.log(JSON.stringify(row));
  else print(rows);
  return rows.every(({ state }) => state !== 'broken');
}

/** Brings models from the hub into the store. */
export async function pullModels(names: readonly string[]): Promise<boolean> {
  const shelf = await Shelf.open();
  return each(names, async (given) => {
    const id = shelf.nameOf(given) ?? (HUB_ID.test(given) ? given : unknown(given, shelf));
    if (shelf.isShipped(id)) return `${id}: is part of the project`;
    const bar = progressBar(`${id} {bar} {percentage} % {eta_formatted} left {file}`);
    try {
      const pulled = await shelf.store.pull(hubModelOf(shelf.manifest, id), {
        onProgress: ({ file, loadedBytes, totalBytes }) => {
          if (!bar.isActive) bar.start(totalBytes, loadedBytes, { file });
          bar.setTotal(totalBytes);
          bar.update(loadedBytes, { file });
        },
        onWait: () => {
          console.error(`${id}: another pull is at work, or was stopped a moment ago; waiting for it`);
        },
      });
      return told(id, pulled ? 'pulled' : 'is there already', await shelf.check(id), shelf);
    } finally {
      bar.stop();
    }
  });
}

/** Reads every byte of the models named, or of all that are there. */
export async function verifyModels(names: readonly string[]): Promise<boolean> {
  const shelf = await Shelf.open();
  const all = names.length === 0;
  return each(all ? [...shelf.shipped, ...shelf.hubIds] : names, async (given) => {
    const id = shelf.nameOf(given) ?? (HUB_ID.test(given) ? given : unknown(given, shelf));
    if (shelf.isShipped(id)) {
      const fault = await shippedFault(shelf, id);
      if (fault) throw new Error(`${id}: ${fault}`);
      return `${id}: verified`;
    }
    const files = await shelf.check(id, true);
    const absent = files.every(({ state }) => state === 'missing');
    if (absent && all) return null;
    if (absent) throw new Error(`${id}: is not installed`);
    const faults = files.flatMap(({ file, state }) =>
      state === 'verified' ? [] : [`${id}: ${file} ${FAULTS[state]}`],
    );
    if (faults.length > 0) throw new Error(faults.join('\n'));
    return told(id, 'verified', files, shelf);
  });
}

/** Takes a model out of the store. */
export async function removeModel(given: string): Promise<boolean> {
  const shelf = await Shelf.open();
  return each([given], async () => {
    const id = shelf.nameOf(given) ?? (HUB_ID.test(given) ? given : unknown(given, shelf));
    if (shelf.isShipped(id)) throw new Error(`${id}: is part of the project and stays`);
    return `${id}: ${(await shelf.store.remove(id)) ? 'removed' : 'is not there'}`;
  });
}

export interface ImportOptions {
  /** Hub id of the one model in there. */
  readonly name?: string;
}

/** Brings the models of a folder or a tar archive into the store, on a machine that does not reach the hub. */
export async function importModels(path: string, { name }: ImportOptions): Promise<boolean> {
  const shelf = await Shelf.open();
  return unpacked(path, shelf.config.CACHE_DIR, async (folder) => {
    const found = await modelFolders(folder);
    if (found.length === 0)
      throw new Error(`${path}: no model in transformers.js layout (config.json, onnx/…) is in there`);
    if (name && found.length > 1)
      throw new Error(`${path}: ${found.length} models are in there, so --name cannot be given`);
    return each(found, async (from) => {
      // Of an archive with one model at its top, the archive's own name may tell which.
      const place = join(resolve(path).replace(/\.(tar|tgz|tar\.gz)$/, ''), relative(folder, from)).split(sep);
      const id = name
        ? (shelf.nameOf(name) ?? name)
        : (shelf.nameOf(place.slice(-2).join('/')) ?? shelf.nameOf(place.at(-1) ?? ''));
      if (!id || !HUB_ID.test(id) || shelf.isShipped(id))
        throw new Error(`${path}: which model is ${place.slice(-2).join('/')}? Give --name OWNER/NAME`);
      const brought = await shelf.store.import(hubModelOf(shelf.manifest, id), from);
      return told(id, brought ? 'imported' : 'is there already', await shelf.check(id), shelf);
    });
  });
}

/** `owner/name`, as hubs write it, and no way out of the store's folder. */
const HUB_ID = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;

const FAULTS = { mismatch: 'is not the file that is pinned', missing: 'is missing' } as const;

/** Folders that hold a config.json, as deep as `<folder>/<owner>/<name>` and one more. */
async function modelFolders(folder: string, depth = 3): Promise<string[]> {
  if (existsSync(join(folder, 'config.json'))) return [folder];
  if (depth === 0) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  const below = entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
  return (await Promise.all(below.map((dir) => modelFolders(dir, depth - 1)))).flat();
}

/** Prints what came of each; a failure is one line or more on stderr, and the others are done all the same. */
async function each(names: readonly string[], work: (name: string) => Promise<string | null>): Promise<boolean> {
  let allDone = true;
  for (const name of names) {
    try {
      const line = await work(name);
      if (line !== null) console.log(line);
    } catch (error) {
      allDone = false;
      for (const line of messageOf(error).split('\n')) console.error(`undertone: ${line}`);
      if (error instanceof ModelStoreError && error.kind in ADVICE)
        console.error(ADVICE[error.kind as keyof typeof ADVICE]);
    }
  }
  return allDone;
}

const ADVICE = {
  unreachable:
    'What has come stays: pull again to go on. Behind a proxy, Node uses HTTPS_PROXY from 22.21 and 24 on, with\n' +
    'NODE_USE_ENV_PROXY=1. Else set HUB_URL to a mirror, or pull on another machine and `undertone models import` here.',
  mismatch:
    'Nothing wrong was kept. If the file is meant to be another now, `undertone models remove` the model first; a pin of\n' +
    'models/manifest.json changes only with the project.',
} as const;

function told(id: string, what: string, files: readonly StoredFile[], { store }: Shelf): string {
  const trusted = files.filter(({ heldTo }) => heldTo !== 'manifest').map(({ file }) => file);
  const size = `${files.length} files, ${sizeOf(sumOf(files))}, in ${store.folderOf(id)}`;
  return `${id}: ${what} (${size})${trusted.length === 0 ? '' : `\n  unpinned, trusted on first pull: ${trusted.join(' ')}`}`;
}

function sumOf(files: readonly StoredFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** What is wrong with a shipped model. */
function shippedFault({ config }: Shelf, name: string): Promise<string | undefined> {
  return loadModelFiles(config.MODELS_DIR, name).then(() => undefined, messageOf);
}

function offer(id: string, { MODEL_DOWNLOAD, HUB_URL }: Config): string {
  const atStart = MODEL_DOWNLOAD ? ` The next start pulls it from ${HUB_URL}, if that can be reached.` : '';
  return `${id} is configured and not installed: \`undertone models pull ${id}\`.${atStart}`;
}

/** Not `off`, and no folder. */
function isHubId(name: string): boolean {
  return HUB_ID.test(name) && !existsSync(join(resolve(name), 'config.json'));
}

function unknown(name: string, { shipped, hubIds }: Shelf): never {
  throw new Error(
    `no model is called ${name}; known: ${[...shipped, ...hubIds].join(', ')}, and any OWNER/NAME of the hub`,
  );
}
