import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A new folder with these files, by path; a number is a recording of that many milliseconds. */
export async function tree(files: Readonly<Record<string, string | Uint8Array | number>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'undertone-'));
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'number' ? wav({ ms: content }) : content);
  }
  return root;
}

/** A folder of recordings by path, each a sound of its own. */
export function recordings(paths: readonly string[]): Promise<string> {
  return tree(Object.fromEntries(paths.map((path, i) => [path, wav({ ms: 400, hz: 200 + i })])));
}

export interface Tone {
  readonly ms: number;
  readonly hz?: number;
  /** Amplitude; what is beyond 1 is clipped. */
  readonly level?: number;
}

const RATE = 8000;

/** A tone as a 16-bit mono wav file. */
export function wav({ ms, hz = 220, level = 0.5 }: Tone): Uint8Array {
  const count = Math.round((RATE * ms) / 1000);
  const bytes = Buffer.alloc(44 + 2 * count);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + 2 * count, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20); // PCM
  bytes.writeUInt16LE(1, 22); // mono
  bytes.writeUInt32LE(RATE, 24);
  bytes.writeUInt32LE(2 * RATE, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(2 * count, 40);
  for (let i = 0; i < count; i++) {
    const sample = level * Math.sin((2 * Math.PI * hz * i) / RATE);
    bytes.writeInt16LE(Math.round(32_767 * Math.min(1, Math.max(-1, sample))), 44 + 2 * i);
  }
  return bytes;
}
