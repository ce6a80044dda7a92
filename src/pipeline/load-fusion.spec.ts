import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../common/config.js';
import { identityOf, readManifest } from '../common/model-manifest.js';
import { loadFusion, unmeasured } from './load-fusion.js';

const modelsDir = join(PROJECT_ROOT, 'models');
const { models } = await readManifest(modelsDir);
const refOf = (name: string) => {
  const entry = models[name];
  if (!entry) throw new Error(`no ${name}`);
  return { name, sha256: identityOf(entry).slice(0, 12) };
};

describe('fusion/default', () => {
  it('[FC5] was measured with the models that are shipped', async () => {
    const fusion = await loadFusion(modelsDir, 'fusion/default');
    expect(unmeasured(fusion, { voice: refOf('acoustic/seven'), text: refOf('text/emotion7') })).toEqual([]);
  });

  it('[FC5] names the model that it was not measured with', async () => {
    const fusion = await loadFusion(modelsDir, 'fusion/default');
    const lines = unmeasured(fusion, { voice: refOf('acoustic/open'), text: refOf('text/emotion7') });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('acoustic/open');
  });
});
