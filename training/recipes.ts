import type { NetworkShape } from '../src/audio/acoustic-format.js';
import type { AttentionConfig } from './attention.js';
import type { CnnConfig } from './cnn.js';
import type { DenseConfig } from './dense.js';

/** What a network is trained from and for how long. */
interface Schedule {
  readonly epochs: number;
  readonly batch: number;
  readonly labelSmoothing: number;
  /** α of the Beta(α, α) that mixes pairs of clips (mixup, Zhang et al. 2018); 0: none. */
  readonly mixup: number;
  /** Are changed copies of the clips heard too? Pictures are changed as pictures instead, which costs less and is new each time. */
  readonly copies: boolean;
}

export type NetworkRecipe = Schedule &
  (
    | { readonly kind: 'dense'; readonly network: DenseConfig }
    | { readonly kind: 'cnn'; readonly network: CnnConfig }
    | { readonly kind: 'attention'; readonly network: AttentionConfig }
  ) & { readonly seed: number };

const DENSE: Omit<Extract<NetworkRecipe, { kind: 'dense' }>, 'seed'> = {
  kind: 'dense',
  epochs: 40,
  batch: 128,
  labelSmoothing: 0.05,
  mixup: 0.3,
  copies: true,
  network: {
    hidden: [256, 128],
    inputDropout: 0.2,
    hiddenDropout: 0.5,
    noise: 0.1,
    learningRate: 1e-3,
    warmUp: 0.3,
    weightDecay: 2e-2,
    average: 0.995,
  },
};

const LOGISTIC: Omit<Extract<NetworkRecipe, { kind: 'dense' }>, 'seed'> = {
  ...DENSE,
  epochs: 15,
  mixup: 0,
  network: { ...DENSE.network, hidden: [], inputDropout: 0, noise: 0 },
};

const CNN: Omit<Extract<NetworkRecipe, { kind: 'cnn' }>, 'seed'> = {
  kind: 'cnn',
  epochs: 18,
  batch: 32,
  labelSmoothing: 0.05,
  mixup: 0.4,
  copies: false,
  network: {
    front: 16,
    middle: 32,
    channels: 128,
    dilations: [1, 2],
    heads: 4,
    scorer: 48,
    hidden: 96,
    channelDropout: 0.15,
    pooledDropout: 0.4,
    hiddenDropout: 0.3,
    learningRate: 2e-3,
    warmUp: 0.15,
    weightDecay: 1e-2,
    average: 0.998,
  },
};

const ATTENTION: Omit<Extract<NetworkRecipe, { kind: 'attention' }>, 'seed'> = {
  kind: 'attention',
  epochs: 24,
  batch: 32,
  labelSmoothing: 0.05,
  mixup: 0.4,
  copies: false,
  network: {
    channels: 96,
    blocks: 2,
    blockHeads: 4,
    headWidth: 16,
    feedForward: 192,
    heads: 4,
    scorer: 48,
    hidden: 96,
    channelDropout: 0.1,
    pooledDropout: 0.4,
    hiddenDropout: 0.3,
    learningRate: 1e-3,
    warmUp: 0.2,
    weightDecay: 2e-2,
    average: 0.998,
  },
};

export const NEURAL_RECIPES = ['logistic', 'dense', 'cnn', 'attention'] as const;
export type NeuralRecipe = (typeof NEURAL_RECIPES)[number];

/** The networks of a recipe, `members` of them dense; those stand beside the one that looks at the picture because each hears what the other does not. */
export function networksOf(recipe: NeuralRecipe, seed: number, epochs?: number, members = 3): NetworkRecipe[] {
  const dense = Array.from({ length: members }, (_, i) => ({ ...DENSE, seed: seed + i }));
  const main = { logistic: LOGISTIC, dense: DENSE, cnn: CNN, attention: ATTENTION }[recipe];
  const chosen = { ...main, epochs: epochs ?? main.epochs, seed };
  if (recipe === 'logistic') return [chosen];
  return recipe === 'dense' ? dense.map((d) => ({ ...d, epochs: chosen.epochs })) : [...dense, chosen];
}

/** The shape that serves, with its weight still to be fitted. */
export function shapeOf({ kind, network }: NetworkRecipe, inputs: number, outputs: number): NetworkShape {
  if (kind === 'dense') return { kind, weight: 1, widths: [inputs, ...network.hidden, outputs] };
  const { channels, heads, scorer, hidden } = network;
  const pooling = { heads, scorer, hidden };
  if (kind === 'cnn') {
    const { front, middle, dilations } = network;
    return { kind, weight: 1, front, middle, channels, dilations: [...dilations], ...pooling };
  }
  const { blocks, blockHeads, headWidth, feedForward } = network;
  return { kind, weight: 1, channels, blocks, blockHeads, headWidth, feedForward, ...pooling };
}
