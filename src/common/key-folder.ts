import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from './file-lock.js';

const KEY_BYTES = 32;
const CURRENT = 'current';

/** A folder with secret keys: one file `<id>.key` each, readable by its owner only, and `current`, which names one. */
export interface KeyFolder {
  readonly keys: ReadonlyMap<string, Buffer>;
  /** undefined: the folder holds no key yet. */
  readonly currentId: string | undefined;
}

/** Says what is wrong with a key file and what to do; carries nothing of the key. */
export class KeyFileError extends Error {}

/** Reads a folder of keys; one that isn't there is empty. @throws KeyFileError for a file that does not hold its key. */
export async function readKeyFolder(folder: string, idOf: (key: Uint8Array) => string): Promise<KeyFolder> {
  const names = await namesIn(folder);
  const keys = new Map<string, Buffer>();
  for (const name of names.filter((one) => one.endsWith('.key'))) {
    const id = name.slice(0, -'.key'.length);
    const key = Buffer.from((await readFile(join(folder, name), 'utf8')).trim(), 'hex');
    if (key.length !== KEY_BYTES || idOf(key) !== id) {
      throw new KeyFileError(`${join(folder, name)} does not hold the key of its name: put back a copy of the file.`);
    }
    keys.set(id, key);
  }
  if (!names.includes(CURRENT)) {
    if (keys.size === 0) return { keys, currentId: undefined };
    // Stopped between the key and its naming: a single key can only be the current one.
    const [only] = keys.keys();
    if (keys.size === 1) return { keys, currentId: only };
    throw new KeyFileError(`${join(folder, CURRENT)} is missing: write the id of the key to be used into it.`);
  }
  const currentId = (await readFile(join(folder, CURRENT), 'utf8')).trim();
  if (!keys.has(currentId)) throw new KeyFileError(`${join(folder, `${currentId}.key`)} is missing: put it back.`);
  return { keys, currentId };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new KeyFileError(`The keys in ${folder} cannot be read (${code}).`);
  }
}

/**
 * The keys, with a first one where there was none. Of several servers that start on one empty folder, one makes it and all use it.
 * @throws KeyFileError
 */
export async function ensureKey(
  folder: string,
  idOf: (key: Uint8Array) => string,
): Promise<{ readonly keys: KeyFolder['keys']; readonly current: Buffer }> {
  const found = await currentIn(folder, idOf);
  if (found) return found;
  return withLock(join(folder, '.first'), async () => {
    // Another one may have made it meanwhile.
    if (!(await currentIn(folder, idOf))) await addKey(folder, idOf);
    const made = await currentIn(folder, idOf);
    if (!made) throw new KeyFileError(`${folder} does not keep what is written to it.`);
    return made;
  });
}

async function currentIn(
  folder: string,
  idOf: (key: Uint8Array) => string,
): Promise<{ keys: KeyFolder['keys']; current: Buffer } | undefined> {
  const { keys, currentId } = await readKeyFolder(folder, idOf);
  const current = currentId === undefined ? undefined : keys.get(currentId);
  return current && { keys, current };
}

/** Makes a new key and makes it the current one. Never overwrites a key. Returns its id. */
export async function addKey(folder: string, idOf: (key: Uint8Array) => string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const key = randomBytes(KEY_BYTES);
  const id = idOf(key);
  await writeDurably(folder, `${id}.key`, `${key.toString('hex')}\n`, link);
  await writeDurably(folder, CURRENT, `${id}\n`, rename);
  return id;
}

/** Whole or not at all, on the disk when it returns; `link` refuses a name that is taken, `rename` replaces it. */
async function writeDurably(
  folder: string,
  name: string,
  content: string,
  place: (from: string, to: string) => Promise<void>,
): Promise<void> {
  const draft = join(folder, `.${randomUUID()}`);
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await place(draft, join(folder, name));
    const directory = await open(folder, 'r');
    await directory.sync().finally(() => directory.close());
  } finally {
    await rm(draft, { force: true });
  }
}
