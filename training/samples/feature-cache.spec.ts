import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/common/config.js';
import { cachedFeatures } from './feature-cache.js';

const clip = join(PROJECT_ROOT, 'test', 'fixtures', 'clips', 'two-sentences.wav');

describe('cachedFeatures', () => {
  it('[TR5] gives the same whether they were computed or read from disk', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'undertone-'));
    const options = { dir, threads: 1, variants: 1 };
    const computed = await cachedFeatures([clip], options);
    expect(await cachedFeatures([clip], options)).toEqual(computed);
    await rm(dir, { recursive: true });
  });
});
