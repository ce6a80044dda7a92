import { EMOTIONS } from '../src/emotion/scores.js';
import { AcousticNetwork, startBackend } from '../src/audio/acoustic.model.js';
import { standardise, unpackWeights } from '../src/audio/acoustic-format.js';
import { CUE_GROUPS, FUNCTIONAL_NAMES } from '../src/audio/functionals.js';
import { samplingWeights, trainCommittee, type Sample } from './committee.js';
import { DENSE, trainDense, type DenseConfig } from './dense.js';
import { trainForest } from './forest.js';
import { argmax } from './metrics.js';
import { normal, rngOf } from './rng.js';

const SMALL: DenseConfig = { ...DENSE, hidden: [32, 16], epochs: 60, batch: 32 };

/** Three classes of points around their own centres: separable, but not by one input. */
function clusters(count: number, width: number, seed: number): { rows: Float32Array[]; classes: number[] } {
  const rng = rngOf(seed);
  const classes = Array.from({ length: count }, (_, i) => i % 3);
  const rows = classes.map((c) =>
    Float32Array.from({ length: width }, (_, d) => normal(rng) + (d % 3 === c ? 1.2 : 0)),
  );
  return { rows, classes };
}

beforeAll(() => startBackend('wasm'));

describe('trainDense', () => {
  const { rows, classes } = clusters(300, 20, 5);
  const set = { rows, classes, weights: classes.map(() => 1), classCount: 3 };

  it('[TR4] learns classes that can be told apart', async () => {
    const layers = await trainDense(set, SMALL, 1);
    const test = clusters(150, 20, 6);
    const right = test.rows.filter((row, i) => argmax(forward(layers, row)) === test.classes[i]).length;
    expect(right / test.rows.length).toBeGreaterThan(0.9);
  });

  it('[TR5] gives the same weights for the same seed and others for another', async () => {
    const short = { ...SMALL, epochs: 2 };
    const kernelOf = async (seed: number): Promise<Float32Array | undefined> =>
      (await trainDense(set, short, seed))[0]?.kernel;
    const first = await kernelOf(7);
    expect(await kernelOf(7)).toEqual(first);
    expect(await kernelOf(8)).not.toEqual(first);
  });
});

describe('trainForest', () => {
  it('[TR4] learns the same classes', async () => {
    const { rows, classes } = clusters(300, 20, 5);
    const forest = await trainForest(rows, classes, 3, { trees: 60, minLeaf: 1 }, 1);
    const test = clusters(150, 20, 6);
    const right = test.rows.filter((row, i) => argmax(forest.predict(row)) === test.classes[i]).length;
    expect(right / test.rows.length).toBeGreaterThan(0.85);
  });
});

describe('samplingWeights', () => {
  it('draws small corpora and rare emotions more often than their share, and less than equally', () => {
    const sample = (corpus: string, emotion: Sample['emotion']): Sample => ({
      corpus,
      speaker: 's',
      emotion,
      functionals: new Float32Array(),
      classic: new Float32Array(),
    });
    const large = Array.from({ length: 160 }, () => sample('large', 'sad'));
    const small = Array.from({ length: 10 }, () => sample('small', 'sad'));
    const weightOf = samplingWeights([...large, ...small]);
    expect(weightOf(sample('small', 'sad')) / weightOf(sample('large', 'sad'))).toBeCloseTo(2, 6); // 16^¼
  });
});

describe('trainCommittee', () => {
  it('[TR6] makes a model whose cues sum to its log-odds and whose files read back as written', async () => {
    const rng = rngOf(2);
    const samples = Array.from({ length: 240 }, (_, i): Sample => {
      const emotion = EMOTIONS[i % 3] ?? 'neutral';
      const functionals = Float32Array.from(FUNCTIONAL_NAMES, (_, d) => 5 + normal(rng) + (d % 3 === i % 3 ? 0.5 : 0));
      return { corpus: 'a', speaker: `a/${i % 8}`, emotion, functionals, classic: new Float32Array() };
    });
    const folds = [0, 1].map((fold) => samples.filter((_, i) => Math.floor((i % 8) / 4) === fold));
    const { config, weights, outOfFold } = await trainCommittee(folds, {
      dense: { ...SMALL, epochs: 4 },
      seed: 1,
      backend: 'wasm',
      provenance: {},
    });
    expect(config.labels).toEqual(['neutral', 'happy', 'angry']);
    expect(config.prior.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    expect(outOfFold).toHaveLength(samples.length);

    const network = new AcousticNetwork(config, unpackWeights(weights, config));
    const inputs = standardise(samples[1]?.functionals ?? [], config.inputs);
    const reading = network.explain(inputs);
    const oddsOf = (row: Float32Array): number => {
      const p =
        network.posterior(network.logits([row])[0] ?? new Float32Array())[config.labels.indexOf(reading.top)] ?? 0;
      return Math.log(p / (1 - p));
    };
    const added = reading.weights.reduce((a, b) => a + b, 0);
    expect(reading.weights).toHaveLength(CUE_GROUPS.length);
    expect(added).toBeCloseTo(oddsOf(inputs) - oddsOf(inputs.map(() => 0)), 4);
    network.release();
  });
});

function forward(layers: Awaited<ReturnType<typeof trainDense>>, row: Float32Array): number[] {
  return layers.reduce<number[]>(
    (x, { inputs, outputs, kernel, bias }, layer) => {
      const active = layer === 0 ? x : x.map((v) => Math.max(0, v));
      return Array.from({ length: outputs }, (_, o) => {
        let sum = bias[o] ?? 0;
        for (let i = 0; i < inputs; i++) sum += (active[i] ?? 0) * (kernel[i * outputs + o] ?? 0);
        return sum;
      });
    },
    [...row],
  );
}
