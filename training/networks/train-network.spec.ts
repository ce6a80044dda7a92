import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { AcousticReader, inputOf, startBackend } from '../../src/audio/acoustic.model.js';
import { VOICE_CUES } from '../../src/audio/acoustic-cues.js';
import { NETWORK_KINDS, outputsOf, packWeights, unpackWeights, type View } from '../../src/audio/acoustic-format.js';
import { AcousticNetworks } from '../../src/audio/acoustic-network.model.js';
import { MEL_BANDS } from '../../src/audio/features.js';
import { FRAMES_PER_STEP } from '../../src/audio/picture.js';
import { attention } from './attention.js';
import { cnn } from './cnn.js';
import { convolution, levelled, normalised, product, selfAttention } from './layers.js';
import { trainForest } from '../classic/forest.js';
import { PictureTrainer } from './picture-trainer.js';
import { batchOf } from './pictures.js';
import { networksOf, shapeOf, type NetworkRecipe } from './recipes.js';
import { normal, rngOf } from '../common/rng.js';
import { baselineOf, cleanOf, populationOf, samplingWeights } from '../samples/samples.js';
import { madeUpSamples } from '../samples/samples.fixture.js';
import { trainSideBySide } from './side-by-side.js';
import { neuralFigures, trainNeural } from '../voice/train.js';
import { trainNetwork } from './train-network.js';

beforeAll(() => startBackend('wasm'));

/** A recipe small enough for a test. */
function small(kind: NetworkRecipe['kind'], epochs: number, seed = 1): NetworkRecipe {
  const recipe = networksOf(kind, seed).find((r) => r.kind === kind);
  if (recipe?.kind === 'dense') {
    return { ...recipe, seed, epochs, batch: 24, network: { ...recipe.network, hidden: [24], learningRate: 1e-2 } };
  }
  const pooling = { channels: 12, heads: 2, scorer: 6, hidden: 12, learningRate: 1e-2 };
  if (recipe?.kind === 'cnn') {
    return { ...recipe, seed, epochs, batch: 24, network: { ...recipe.network, ...pooling, front: 4, middle: 6 } };
  }
  if (recipe?.kind !== 'attention') throw new Error(`no recipe is ${kind}`);
  const sizes = { blockHeads: 2, headWidth: 5, feedForward: 16 };
  return { ...recipe, seed, epochs, batch: 24, network: { ...recipe.network, ...pooling, ...sizes } };
}

const samples = madeUpSamples(240, 8, 1);
const data = {
  samples,
  population: populationOf(samples),
  outputs: { labels: ['neutral', 'happy', 'angry'], heard: ['neutral', 'happy', 'angry'] },
} as const;
/** Enough for what does not depend on how much is learnt: three batches an epoch. */
const few = { ...data, samples: samples.slice(0, 72) };

describe.each(NETWORK_KINDS)('training: %s', (kind) => {
  it('[TR4] learns what can be told apart, on speakers it never heard', async () => {
    const recipe = small(kind, 8);
    const tensors = await trainNetwork(recipe, data);
    const networks = new AcousticNetworks([shapeOf(recipe, data.population.indices.length, 6)], [tensors], 6);
    const unheard = madeUpSamples(90, 5, 99);
    const right = unheard.filter((sample) => {
      const features = cleanOf(sample);
      const outputs = networks.read(inputOf(features, data.population), 0);
      const top = outputs.subarray(0, 3).reduce((best, z, i, all) => (z > (all[best] ?? 0) ? i : best), 0);
      return data.outputs.labels[top] === sample.emotion;
    });
    networks.release();
    expect(right.length / unheard.length).toBeGreaterThan(0.8);
  });

  it('[TR5] gives the same weights for the same seed and others for another', async () => {
    const first = await trainNetwork(small(kind, 1, 7), few);
    expect(await trainNetwork(small(kind, 1, 7), few)).toEqual(first);
    expect((await trainNetwork(small(kind, 1, 8), few))[0]).not.toEqual(first[0]);
  });

  it('[TR7] goes on after a kill as if nothing had happened', async () => {
    const checkpoints = await mkdtemp(join(tmpdir(), 'checkpoint-'));
    const recipe = small(kind, 4);
    const whole = await trainNetwork(recipe, few);
    const killed = trainNetwork(recipe, few, {
      checkpoints,
      onProgress: ({ epoch }) => {
        if (epoch > 0) throw new Error('killed');
      },
    });
    await expect(killed).rejects.toThrow('killed');
    const epochs = new Set<number>();
    const resumed = await trainNetwork(recipe, few, { checkpoints, onProgress: ({ epoch }) => epochs.add(epoch) });
    expect(resumed).toEqual(whole);
    expect(epochs.has(0)).toBe(false);
    // The same names, another sound: another training.
    const others = { ...few, samples: madeUpSamples(240, 8, 2).slice(0, 72) };
    expect(await trainNetwork(recipe, others, { checkpoints })).not.toEqual(whole);
    await rm(checkpoints, { recursive: true });
  });
});

describe('layers', () => {
  it('[TR8] have the gradients of their formulas', () => {
    const rng = rngOf(3);
    const random = (shape: number[]): tf.Tensor =>
      tf.tensor(
        Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => normal(rng)),
        shape,
      );
    const check = (fast: (...t: tf.Tensor[]) => tf.Tensor, slow: (...t: tf.Tensor[]) => tf.Tensor, at: tf.Tensor[]) => {
      const weigh = random(fast(...at).shape);
      const gradients = (f: (...t: tf.Tensor[]) => tf.Tensor): Float32Array[] =>
        tf
          .grads((...t: tf.Tensor[]) =>
            f(...t)
              .mul(weigh)
              .sum(),
          )(at)
          .map((g) => g.dataSync<'float32'>());
      const [a, b] = [gradients(fast), gradients(slow)];
      for (const [i, expected] of b.entries()) {
        for (const [k, value] of expected.entries()) expect(a[i]?.[k]).toBeCloseTo(value, 3);
      }
    };
    check(
      (x, w) => product(x as tf.Tensor2D, w as tf.Tensor2D),
      (x, w) => tf.matMul(x, w),
      [random([7, 5]), random([5, 3])],
    );
    check(
      (x, g, b) => normalised(x as tf.Tensor2D, g, b, []),
      (x, g, b) => {
        const centred = x.sub(x.mean(0));
        return centred.mul(centred.square().mean(0).add(1e-5).rsqrt()).mul(g).add(b);
      },
      [random([9, 4]), random([4]), random([4])],
    );
    check(
      (x) => levelled(x as tf.Tensor2D),
      (x) => x.div(x.square().mean(1, true).add(1e-5).sqrt()),
      [random([6, 5])],
    );
    const sizes = { size: 2, steps: 3, heads: 2, width: 4 };
    const audible = tf.tensor2d([1, 1, 1, 1, 1, 0], [6, 1]);
    check(
      (x) => selfAttention(x as tf.Tensor2D, audible, sizes),
      (x) => {
        // Clip by clip and head by head; the last step of the second clip is padding, and nobody looks at it.
        const headOf = (clip: number, head: number): tf.Tensor => {
          const part = (kind: number, steps = 3): tf.Tensor => x.slice([3 * clip, 8 * kind + 4 * head], [steps, 4]);
          const heard = clip === 1 ? 2 : 3;
          return tf.matMul(tf.matMul(part(0), part(1, heard).transpose()).div(2).softmax(), part(2, heard));
        };
        return tf.concat([0, 1].map((clip) => tf.concat([headOf(clip, 0), headOf(clip, 1)], 1)));
      },
      [random([6, 24])],
    );
    for (const [kernel, dilation] of [
      [[3, 3, 3, 4], 1],
      [[3, 1, 3, 4], 2],
    ] as const) {
      // Convolution as a sum over the taps of its kernel: what the fast one must equal.
      const [height, width] = kernel;
      check(
        (x, w) => convolution(x as tf.Tensor4D, w as tf.Tensor4D, dilation),
        (x, w) => {
          const [up, left] = [(dilation * (height - 1)) / 2, (width - 1) / 2];
          const padded = x.pad([[0, 0], [up, up], [left, left], [0, 0]]); // prettier-ignore
          const taps = Array.from({ length: height * width }, (_, tap) => {
            const [i, j] = [Math.floor(tap / width), tap % width];
            const seen = padded.slice([0, i * dilation, j, 0], [2, 6, 5, 3]).reshape([-1, 3]);
            return tf.matMul(seen, w.slice([i, j, 0, 0], [1, 1, 3, 4]).reshape([3, 4]));
          });
          return tf.addN(taps).reshape([2, 6, 5, 4]);
        },
        [random([2, 6, 5, 3]), random([...kernel])],
      );
    }
  });
});

describe.each(['cnn', 'attention'] as const)('PictureTrainer of %s', (kind) => {
  it('[TR9] serves what it trained: normalisation folded into the weights changes nothing', () => {
    const recipe = small(kind, 1);
    const still = { channelDropout: 0, pooledDropout: 0, hiddenDropout: 0, average: 0, learningRate: 0 };
    if (recipe.kind === 'dense') throw new Error('it does not look');
    const network =
      recipe.kind === 'cnn' ? cnn({ ...recipe.network, ...still }) : attention({ ...recipe.network, ...still });
    const rng = rngOf(4);
    const trainer = new PictureTrainer(network, 6, 3, rng);
    // Behind a convolutional network's normalisation padding is heard a little; one of self-attention does not hear it at all.
    const pictures = (kind === 'cnn' ? [6] : [6, 9]).map((steps) =>
      Float32Array.from({ length: steps * FRAMES_PER_STEP * MEL_BANDS }, () => normal(rng)),
    );
    const size = pictures.length;
    const batch = { size, ...batchOf(pictures), targets: new Float32Array(6 * size) };
    // At rate 0 nothing is learnt, but the running moments become those of the only batch there is.
    trainer.step(batch, 0.5, rng);
    const networks = new AcousticNetworks([shapeOf(recipe, 1, 6)], [trainer.folded()], 6);
    const served = pictures.flatMap((picture) => networks.lookAt(picture).flatMap((outputs) => [...outputs]));
    for (const [i, z] of trainer.outputsOf(batch, rng).entries()) expect(served[i]).toBeCloseTo(z, 2);
    networks.release();
  });
});

describe('trainSideBySide', () => {
  const options = { threads: 2, backend: 'wasm' } as const;

  it('[TR12] trains each network as if it were alone', async () => {
    const recipes = [small('dense', 1, 7), small('cnn', 1, 8), small('dense', 1, 9)];
    const alone: Float32Array[][] = [];
    for (const recipe of recipes) alone.push(await trainNetwork(recipe, few));
    expect(await trainSideBySide(recipes, few, options)).toEqual(alone);
  });

  it('[TR12] says why one of them failed', async () => {
    const hopeless = small('dense', 1, 7);
    if (hopeless.kind !== 'dense') throw new Error('not dense');
    const recipe = { ...hopeless, network: { ...hopeless.network, learningRate: Number.NaN } };
    await expect(trainSideBySide([recipe, small('dense', 1, 8)], few, options)).rejects.toThrow(
      'the loss is no number',
    );
  });
});

describe('trainNeural', () => {
  it('[TR6] makes a model whose cues sum to its log-odds and whose files read back as written', async () => {
    const unheard = madeUpSamples(60, 4, 5);
    const options = { recipe: 'logistic', seed: 1, epochs: 3, backend: 'wasm', threads: 2, provenance: {} } as const;
    const model = await trainNeural(samples, unheard, options);
    const { config, tensors } = model;
    expect(config.labels).toEqual(['neutral', 'happy', 'angry']);
    expect(config.prior.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    const [[, alone] = ['', undefined]] = neuralFigures(model, unheard, 'none');
    expect(alone?.uar).toBeGreaterThan(0.5);
    // Who is alone has no speaker's view; who is known has both.
    const weightsOf = (view: View) => config.networks.find((n) => n.kind === 'dense' && n.view === view)?.weight;
    expect(weightsOf('speaker')?.alone).toBe(0);
    expect(weightsOf('speaker')?.known).toBeGreaterThan(0);
    expect(weightsOf('population')?.alone).toBeGreaterThan(0);

    const reader = new AcousticReader(config, unpackWeights(packWeights(tensors.flat()), config));
    const features = cleanOf(unheard[1] ?? samples[0] ?? failed());
    for (const known of [[], [unheard[4] ?? failed(), unheard[16] ?? failed()]]) {
      const baseline = baselineOf(known);
      const input = inputOf(features, config.population, baseline);
      const { scores, perceived, top, weights } = reader.explain(input, known.length);
      const p = scores[top] ?? 0;
      expect(weights).toHaveLength(VOICE_CUES.length);
      const average = reader.logOddsOfAverage(top, known.length);
      expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(Math.log(p / (1 - p)) - average, 4);
      expect(Object.values(perceived ?? {}).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
      expect(reader.outputs(input, known.length)).toHaveLength(outputsOf(config));
    }
    reader.release();
  });
});

describe('trainForest', () => {
  it('[TR4] learns the same classes', async () => {
    const rowsOf = (some: typeof samples) => some.map((s) => cleanOf(s).functionals);
    const classesOf = (some: typeof samples) => some.map((s) => data.outputs.labels.indexOf(s.emotion as 'neutral'));
    const forest = await trainForest(rowsOf(samples), classesOf(samples), 3, { trees: 30, minLeaf: 1 }, 1);
    const unheard = madeUpSamples(90, 5, 99);
    const classes = classesOf(unheard);
    const right = rowsOf(unheard).filter((row, i) => {
      const scores = forest.predict(row);
      return scores.indexOf(Math.max(...scores)) === classes[i];
    });
    expect(right.length / unheard.length).toBeGreaterThan(0.8);
  });
});

describe('samplingWeights', () => {
  it('draws small corpora and rare emotions more often than their share, and less than equally', () => {
    const like = (corpus: string) => ({ ...(samples[0] ?? failed()), corpus, emotion: 'sad' as const });
    const [large, tiny] = [like('large'), like('tiny')];
    const weightOf = samplingWeights([
      ...Array.from({ length: 160 }, () => large),
      ...Array.from({ length: 10 }, () => tiny),
    ]);
    expect(weightOf(tiny) / weightOf(large)).toBeCloseTo(2, 6); // 16^¼
  });
});

function failed(): never {
  throw new Error('there is no sample');
}
