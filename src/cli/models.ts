import { loadConfig, type Config } from '../common/config.js';
import { messageOf } from '../common/errors.js';
import { identityOf, loadModelFiles, readManifest, type ManifestEntry } from '../common/model-manifest.js';
import { fromHub, ModelUnavailable } from '../text/hub.model.js';
import { plainTable } from './table.js';

export interface ModelsOptions {
  readonly json?: true;
}

interface ModelRow {
  readonly name: string;
  readonly kind: ManifestEntry['kind'];
  readonly licence: string;
  readonly labels: readonly string[];
  readonly bytes: number;
  /** First 12 hex digits of the identity of its files; null for a model that is not shipped. */
  readonly sha256: string | null;
  readonly state: 'verified' | 'installed' | 'not installed' | 'broken';
  readonly note?: string;
}

/** Prints the shipped models and the configured Whisper; resolves with false when a shipped one cannot be used. */
export async function listModels({ json }: ModelsOptions): Promise<boolean> {
  const config = loadConfig();
  const { models } = await readManifest(config.MODELS_DIR);
  const shipped = Object.entries(models).map(([name, entry]) => rowOf(config, name, entry));
  const rows = await Promise.all([...shipped, ...(config.WHISPER_MODEL === 'off' ? [] : [whisperRow(config)])]);
  if (json) for (const row of rows) console.log(JSON.stringify(row));
  else print(rows);
  return rows.every(({ state }) => state !== 'broken');
}

async function rowOf(config: Config, name: string, entry: ManifestEntry): Promise<ModelRow> {
  const { kind, licence, labels = [], files, hub } = entry;
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  const row = { name, kind, licence, labels, bytes, sha256: identityOf(entry).slice(0, 12) };
  if (hub) return { ...row, ...(await hubState(config, hub.id)) };
  try {
    await loadModelFiles(config.MODELS_DIR, name);
    return { ...row, state: 'verified' };
  } catch (error) {
    return { ...row, state: 'broken', note: messageOf(error) };
  }
}

async function whisperRow(config: Config): Promise<ModelRow> {
  const name = config.WHISPER_MODEL;
  const state = await hubState(config, name);
  return { name, kind: 'whisper', licence: 'see its card', labels: [], bytes: 0, sha256: null, ...state };
}

/** Looks where the server looks, and loads nothing. */
async function hubState(config: Config, id: string): Promise<Pick<ModelRow, 'state' | 'note'>> {
  const { CACHE_DIR: cacheDir, WHISPER_DTYPE: dtype, HUB_URL: remoteHost, MODEL_DOWNLOAD } = config;
  const source = { id, cacheDir, dtype, remoteHost, allowDownload: false };
  try {
    const { folder } = await fromHub(source, () => Promise.resolve(true));
    return { state: 'installed', note: `${id} is in ${folder}` };
  } catch (error) {
    if (!(error instanceof ModelUnavailable)) throw error;
    const pulled = MODEL_DOWNLOAD ? ` The next start pulls it from ${remoteHost}, if that can be reached.` : '';
    return { state: 'not installed', note: `${error.message}. ${error.howTo}${pulled}` };
  }
}

function print(rows: readonly ModelRow[]): void {
  const table = plainTable(['name', 'kind', 'licence', 'labels', 'size', 'sha256', 'state']);
  for (const { name, kind, licence, labels, bytes, sha256, state } of rows) {
    table.push([name, kind, licence, labels.join(' '), sizeOf(bytes), sha256 ?? '', MARKS[state]]);
  }
  console.log(table.toString());
  for (const { note } of rows) if (note) console.log(`! ${note}`);
}

const MARKS: Readonly<Record<ModelRow['state'], string>> = {
  verified: '✓ verified',
  installed: '✓ installed',
  'not installed': '– not installed',
  broken: '✗ broken',
};

function sizeOf(bytes: number): string {
  if (bytes === 0) return '';
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
