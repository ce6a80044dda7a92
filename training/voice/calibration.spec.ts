import { startBackend, inputOf } from '../../src/audio/acoustic.model.js';
import { ACQUAINTED, networkShapes, type NetworkShape } from '../../src/audio/acoustic-format.js';
import { AcousticNetworks } from '../../src/audio/acoustic-network.model.js';
import { FEATURE_VERSION, MEL_BANDS } from '../../src/audio/features.js';
import { asListeners, calibrated, type Uncalibrated } from './calibration.js';
import { networksOf, shapeOf, type NetworkRecipe } from '../networks/recipes.js';
import { normal, rngOf } from '../common/rng.js';
import { cleanOf, populationOf } from '../samples/samples.js';
import { madeUpSamples } from '../samples/samples.fixture.js';

const OUTPUTS = 6;
const samples = madeUpSamples(60, 4, 5);
const population = populationOf(samples);
const recipes: readonly NetworkRecipe[] = networksOf('cnn', 1, 1, 1);
const shapes = recipes.map((recipe) => shapeOf(recipe, population.indices.length, OUTPUTS));
const rng = rngOf(3);
const tensors = shapes.map((shape) =>
  networkShapes(shape, MEL_BANDS, OUTPUTS).map((size) =>
    Float32Array.from({ length: size.reduce((a, b) => a * b, 1) }, () => 0.05 * normal(rng)),
  ),
);

describe('calibrated', () => {
  const labels = ['neutral', 'happy', 'angry'] as const;
  const config: Uncalibrated = {
    format: 3,
    featureVersion: FEATURE_VERSION,
    labels: [...labels],
    prior: labels.map(() => 1 / 3),
    heard: { labels: [...labels], temperature: 1, bias: [] },
    population: {
      indices: [...population.indices],
      mean: [...population.mean],
      sd: [...population.sd],
      bandShape: [...population.bandShape],
    },
    networks: shapes,
    training: {},
  };
  let networks: readonly NetworkShape[] = [];

  beforeAll(async () => {
    await startBackend('wasm');
    networks = calibrated(config, tensors, samples, 1).networks;
  });

  const weightOf = (kind: NetworkShape['kind'], view: NetworkShape['view']) =>
    networks.find((network) => network.kind === kind && network.view === view)?.weight;

  it('[TR10] asks no specialist in acquaintances about a stranger, and looks once at a well-known voice', () => {
    for (const kind of ['dense', 'cnn'] as const) {
      expect(weightOf(kind, 'speaker')?.alone).toBe(0);
      expect(weightOf(kind, 'speaker')?.known).toBeGreaterThan(0);
      expect(weightOf(kind, 'population')?.alone).toBeGreaterThan(0);
    }
    expect(weightOf('dense', 'population')?.known).toBeGreaterThan(0);
    expect(weightOf('cnn', 'population')?.known).toBe(0);
  });

  it('[TR10] does not even look with a network that counts nothing', () => {
    const reading = new AcousticNetworks(networks, tensors, OUTPUTS);
    const { picture } = inputOf(cleanOf(samples[0] ?? failed()), population);
    const looked = (utterances?: number) => reading.lookAt(picture, utterances).map((outputs) => outputs.length > 0);
    expect(looked()).toEqual([true, true]);
    expect(looked(0)).toEqual([true, false]);
    expect(looked(ACQUAINTED - 1)).toEqual([true, true]);
    expect(looked(ACQUAINTED)).toEqual([false, true]);
    reading.release();
  });
});

describe('asListeners', () => {
  const softmax = (logits: readonly number[]): number[] => {
    const exp = logits.map(Math.exp);
    return exp.map((e) => e / exp.reduce((a, b) => a + b, 0));
  };

  it('[TR11] finds the bias and the temperature that listeners differ by', () => {
    const draw = rngOf(5);
    const truth = { temperature: 1.6, bias: [0.9, -0.2, -0.7] };
    const judged = Array.from({ length: 300 }, () => {
      const logits = Float32Array.from({ length: 3 }, () => 2 * normal(draw));
      return { logits, votes: softmax([...logits].map((z, i) => (z + (truth.bias[i] ?? 0)) / truth.temperature)) };
    });
    const { temperature, bias } = asListeners(judged);
    expect(temperature).toBeCloseTo(truth.temperature, 1);
    bias.forEach((b, i) => {
      expect(b).toBeCloseTo(truth.bias[i] ?? 0, 1);
    });
  });

  it('[TR11] changes nothing where nobody voted', () => {
    expect(asListeners([])).toEqual({ temperature: 1, bias: [] });
  });
});

function failed(): never {
  throw new Error('there is no sample');
}
