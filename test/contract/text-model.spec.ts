import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../src/common/config.js';
import { readManifest } from '../../src/common/model-manifest.js';
import { loadSentiment } from '../../src/text/sentiment.model.js';
import { LexiconModel } from '../../src/text/lexicon.fixture.js';
import { textModelContract } from './text-model.contract.js';

const modelsDir = join(PROJECT_ROOT, 'models');
const { models } = await readManifest(modelsDir).catch(() => ({ models: {} }));

for (const [name, entry] of Object.entries(models)) {
  if (entry.kind === 'text' && !entry.hub) textModelContract(name, () => loadSentiment(modelsDir, name));
}

textModelContract('lexicon (the tests’ own)', () => Promise.resolve(new LexiconModel()));

const other = join(process.env['UNDERTONE_DATA'] ?? '', 'weights', 'text-emo7');
if (process.env['UNDERTONE_DATA'] && existsSync(other)) {
  textModelContract('a folder in transformers.js layout', () => loadSentiment(modelsDir, other));
} else {
  describe('a folder in transformers.js layout', () => {
    it.skip('[TX10] needs UNDERTONE_DATA', () => undefined);
  });
}
