import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadAcousticModel } from '../../src/audio/acoustic.model.js';
import { PROJECT_ROOT } from '../../src/common/config.js';
import { EMOTIONS } from '../../src/emotion/scores.js';
import { figuresOf } from '../../training/common/metrics.js';
import { readRecording } from '../../src/audio/read-recording.js';
import { haveCorpora, heldOutClips } from '../support/held-out.js';

const modelsDir = join(PROJECT_ROOT, 'models');

describe('acoustic/seven on speakers it never heard', () => {
  if (!haveCorpora) {
    it.skip('[AC9] needs UNDERTONE_DATA', () => undefined);
    return;
  }

  it('[AC9] beats the blog recipe of its card by ten points of UAR, on a sixth of the clips', async () => {
    const card = await readFile(join(modelsDir, 'acoustic/seven/CARD.md'), 'utf8');
    const blog = Number(/recipe on the same clips[\s\S]*?\| all \| \d+ \| ([\d.]+)/.exec(card)?.[1]);
    const model = await loadAcousticModel(modelsDir, 'acoustic/seven', 'wasm');
    const chosen = await heldOutClips(model.config.training, 6);
    const predictions = [];
    for (const { file, emotion } of chosen) {
      const { evidence } = model.read(await readRecording(await readFile(file)));
      const scores = evidence.status === 'available' ? evidence.scores : {};
      predictions.push({ truth: EMOTIONS.indexOf(emotion), scores: EMOTIONS.map((e) => scores[e] ?? 0) });
    }
    model.release();
    expect(chosen.length).toBeGreaterThan(100);
    expect(blog).toBeGreaterThan(0.2);
    expect(figuresOf(predictions, EMOTIONS.length).uar).toBeGreaterThan(blog + 0.1);
  }, 180_000);
});
