import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { VOICE_CUES } from '../../src/audio/acoustic-cues.js';
import { parseAcousticConfig, unpackWeights } from '../../src/audio/acoustic-format.js';
import { AcousticReader, inputOf, measure, startBackend } from '../../src/audio/acoustic.model.js';
import { extractFeatures } from '../../src/audio/features.js';
import { FUNCTIONAL_GROUPS } from '../../src/audio/functionals.js';
import { PROJECT_ROOT } from '../../src/common/config.js';
import { readRecording } from '../../src/audio/read-recording.js';
import { rngOf } from '../../training/common/rng.js';
import { haveCorpora, heldOutClips } from '../support/held-out.js';

describe('the cue that is named first', () => {
  if (!haveCorpora) {
    it.skip('[AC12] needs UNDERTONE_DATA', () => undefined);
    return;
  }

  it('[AC12] carries the label: without it the label loses more than without another', async () => {
    const dir = join(PROJECT_ROOT, 'models/acoustic/seven');
    const config = parseAcousticConfig(await readFile(join(dir, 'model.json'), 'utf8'));
    await startBackend('wasm');
    const reader = new AcousticReader(config, unpackWeights(await readFile(join(dir, 'weights.bin')), config));
    const chosen = await heldOutClips(config.training, 15);
    const rng = rngOf(1);
    const losses = { named: 0, other: 0, flips: { named: 0, other: 0 } };
    for (const { file } of chosen) {
      const input = inputOf(measure(extractFeatures(await readRecording(await readFile(file)))), config.population);
      const { top, weights } = reader.explain(input);
      const label = config.labels.indexOf(top);
      const without = (cue: number): Float32Array => {
        const name = VOICE_CUES[cue];
        if (name === 'pattern' || name === undefined)
          return reader.outputs({ ...input, picture: input.picture.map(() => 0) });
        const removed = new Set(FUNCTIONAL_GROUPS[name]);
        const population = input.functionals.population.map((z, i) =>
          removed.has(config.population.indices[i] ?? -1) ? 0 : z,
        );
        return reader.outputs({ ...input, functionals: { population, speaker: population } });
      };
      const lead = (outputs: Float32Array): number => {
        const logits = outputs.subarray(0, config.labels.length);
        return (logits[label] ?? 0) - Math.max(...logits.filter((_, i) => i !== label));
      };
      const named = weights.indexOf(Math.max(...weights));
      const others = [...weights.keys()].filter((cue) => cue !== named && weights[cue] !== 0);
      const other = others[Math.floor(rng() * others.length)] ?? named;
      const whole = lead(reader.outputs(input));
      for (const [key, cue] of [
        ['named', named],
        ['other', other],
      ] as const) {
        const left = lead(without(cue));
        losses[key] += whole - left;
        if (left < 0) losses.flips[key]++;
      }
    }
    reader.release();
    expect(chosen.length).toBeGreaterThan(40);
    expect(losses.named).toBeGreaterThan(2 * losses.other);
    expect(losses.flips.named).toBeGreaterThan(losses.flips.other);
  });
});
