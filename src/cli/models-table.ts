import { identityOf, type ManifestEntry } from '../common/model-manifest.js';
import { sizeOf } from './page.js';
import { plainTable } from './table.js';

export interface ModelRow {
  readonly name: string;
  readonly kind: ManifestEntry['kind'] | null;
  readonly licence: string;
  readonly labels: readonly string[];
  /** 0 where it is not known. */
  readonly bytes: number;
  /** First 12 hex digits of the identity of its pinned files; null where nothing is pinned: trusted on first pull. */
  readonly sha256: string | null;
  readonly state: 'verified' | 'installed' | 'not installed' | 'broken';
  readonly note?: string;
}

/** What the manifest tells of a model, or nothing. */
export function listed(name: string, entry?: ManifestEntry): Omit<ModelRow, 'state' | 'note'> {
  const { kind = null, licence = 'see its card', labels = [], files = {} } = entry ?? {};
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  const sha256 = entry && bytes > 0 ? identityOf(entry).slice(0, 12) : null;
  return { name, kind, licence, labels, bytes, sha256 };
}

export function print(rows: readonly ModelRow[]): void {
  const table = plainTable(['name', 'kind', 'licence', 'labels', 'size', 'sha256', 'state']);
  for (const { name, kind, licence, labels, bytes, sha256, state } of rows) {
    const size = bytes === 0 ? '' : sizeOf(bytes);
    table.push([name, kind ?? '', licence, labels.join(' '), size, sha256 ?? 'unpinned', MARKS[state]]);
  }
  console.log(table.toString());
  if (rows.some(({ sha256 }) => sha256 === null))
    console.log('unpinned: trusted on first pull, and held to that from then on.');
  for (const { note } of rows) if (note) console.log(`! ${note}`);
}

const MARKS: Readonly<Record<ModelRow['state'], string>> = {
  verified: '✓ verified',
  installed: '✓ installed',
  'not installed': '– not installed',
  broken: '✗ broken',
};
