import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadAcousticModel } from '../../src/audio/acoustic.model.js';
import { PROJECT_ROOT } from '../../src/common/config.js';
import { ModelFileError, readManifest, sha256, type Manifest } from '../../src/common/model-manifest.js';
import { acousticModelContract } from './acoustic-model.contract.js';

const modelsDir = join(PROJECT_ROOT, 'models');
const { models } = await readManifest(modelsDir);
const shipped = Object.keys(models).filter((name) => models[name]?.kind === 'acoustic');

for (const name of shipped) acousticModelContract(name, () => loadAcousticModel(modelsDir, name, 'wasm'));

describe('loadAcousticModel', () => {
  const name = shipped[0]!;
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'undertone-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  /** A copy of the shipped model whose model.json is changed and whose manifest pins the change. */
  async function tampered(change: (config: Record<string, unknown>) => void): Promise<string> {
    await cp(join(modelsDir, models[name]!.path!), join(dir, models[name]!.path!), { recursive: true });
    const file = join(dir, models[name]!.path!, 'model.json');
    const config = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    change(config);
    const bytes = Buffer.from(JSON.stringify(config));
    await writeFile(file, bytes);
    const entry = structuredClone(models[name]!);
    entry.files['model.json'] = { bytes: bytes.length, sha256: sha256(bytes) };
    await writeFile(join(dir, 'manifest.json'), JSON.stringify({ models: { [name]: entry } } satisfies Manifest));
    return dir;
  }

  it('[AC8] refuses a model of another extractor, of another shape, or that is not the pinned one', async () => {
    const refusal = async (change: (config: Record<string, unknown>) => void): Promise<unknown> =>
      loadAcousticModel(await tampered(change), name, 'wasm').catch((error: unknown) => error);
    const older = await refusal((config) => {
      config['featureVersion'] = 0;
    });
    expect(older).toBeInstanceOf(ModelFileError);
    expect(String(older)).toContain('trained on features of version 0');
    expect(
      String(
        await refusal((config) => {
          config['networks'] = [{ kind: 'dense', weight: 1, widths: [459, 99, 13] }];
        }),
      ),
    ).toContain('damaged');
    await writeFile(join(dir, models[name]!.path!, 'weights.bin'), 'x');
    await expect(loadAcousticModel(dir, name, 'wasm')).rejects.toThrow('not the file the manifest pins');
  });

  it('[AC8] names a model that is not there', async () => {
    await expect(loadAcousticModel(modelsDir, 'acoustic/none', 'wasm')).rejects.toThrow('no model "acoustic/none"');
  });

  it('gives the same scores on the cpu backend as on wasm', async () => {
    const { buzz } = await import('./acoustic-model.contract.js');
    const [wasm, cpu] = [
      await loadAcousticModel(modelsDir, name, 'wasm').then((m) => m.read(buzz(1)).evidence),
      await loadAcousticModel(modelsDir, name, 'cpu').then((m) => m.read(buzz(1)).evidence),
    ];
    if (wasm.status !== 'available' || cpu.status !== 'available') throw new Error('a buzz must be read');
    for (const [label, p] of Object.entries(wasm.scores))
      expect(cpu.scores[label as keyof typeof cpu.scores]).toBeCloseTo(p, 4);
  });
});
