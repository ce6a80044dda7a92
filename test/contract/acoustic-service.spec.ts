import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadAcousticModel } from '../../src/audio/acoustic.model.js';
import { AcousticService } from '../../src/audio/acoustic.service.js';
import { PROJECT_ROOT } from '../../src/common/config.js';
import { buzz } from './acoustic-model.contract.js';

const modelsDir = join(PROJECT_ROOT, 'models');
const options = { modelsDir, model: 'seven', backend: 'wasm', threads: 1 } as const;
const utterance = { id: 'u1', startMs: 1000, endMs: 3000, endReason: 'silence' } as const;

describe('AcousticService', () => {
  let service: AcousticService;
  beforeAll(async () => {
    service = new AcousticService(options);
    await service.ready();
  });
  afterAll(() => service.close());

  it('[AC10] says what the model says, with the place of the utterance in each cue', async () => {
    const model = await loadAcousticModel(modelsDir, 'acoustic/seven', 'wasm');
    const { evidence: direct, speech } = model.read(buzz(2));
    if (direct.status !== 'available') throw new Error('a buzz must be read');
    expect(await service.read({ ...utterance, samples: buzz(2) })).toEqual({
      evidence: { ...direct, cues: direct.cues.map((cue) => ({ ...cue, audioMs: [1000, 3000] })) },
      speech,
    });
    model.release();
  });

  it('[AC10] always resolves: nothing to read, nothing voiced, a deadline, no model', async () => {
    const read = async (samples?: Float32Array, signal?: AbortSignal) =>
      (await service.read({ ...utterance, ...(samples && { samples }) }, signal && { signal })).evidence;
    expect(await read()).toMatchObject({ status: 'unavailable', reason: 'notProvided' });
    expect(await read(new Float32Array(16_000))).toMatchObject({ reason: 'noSpeech' });
    expect(await read(buzz(60), AbortSignal.timeout(1))).toMatchObject({ reason: 'timeout' });
    expect((await read(buzz(1))).status).toBe('available'); // on a fresh thread

    const none = new AcousticService({ ...options, model: 'none' });
    await expect(none.ready()).rejects.toThrow('no model "acoustic/none"');
    expect((await none.read({ ...utterance, samples: buzz(1) })).evidence).toMatchObject({
      reason: 'modelUnavailable',
    });
    await none.close();
  });

  it('tells what it runs', () => {
    expect(service.info()).toMatchObject({ name: 'acoustic/seven', licence: 'CC-BY-NC-SA-4.0' });
    expect(service.info()?.sha256).toMatch(/^[0-9a-f]{12}$/);
  });
});
