// Reads the sentences of `evaluate.py --write-expected` through transformers.js and compares the probabilities.
//   node parity.mjs MODEL_FOLDER EXPECTED_JSON
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { env, pipeline } from '@huggingface/transformers';

const TOLERANCE = 1e-3;
const [folder, expectedFile] = process.argv.slice(2);
if (!folder || !expectedFile) throw new Error('usage: node parity.mjs MODEL_FOLDER EXPECTED_JSON');
env.allowRemoteModels = false;
env.localModelPath = dirname(resolve(folder));
const read = await pipeline('text-classification', basename(folder), { dtype: 'q8' });
const expected = JSON.parse(await readFile(expectedFile, 'utf8'));
const labels = Object.values(read.model.config.id2label);
let worst = 0;
for (const { text, shares } of expected) {
  const answer = await read(text, { top_k: null });
  for (const { label, score } of answer) worst = Math.max(worst, Math.abs(score - shares[labels.indexOf(label)]));
}
console.log(`${expected.length} sentences, largest difference of a probability ${worst.toExponential(2)}`);
if (worst > TOLERANCE) process.exitCode = 1;
