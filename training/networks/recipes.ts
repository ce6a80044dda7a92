import { VIEWS, type NetworkShape, type View } from '../../src/audio/acoustic-format.js';
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
}

type Kind =
  | { readonly kind: 'dense'; readonly network: DenseConfig }
  | { readonly kind: 'cnn'; readonly network: CnnConfig }
  | { readonly kind: 'attention'; readonly network: AttentionConfig };

/** A specialist: for a voice alone, or against its baseline. */
interface Speciality {
  readonly view: View;
  /** Are changed copies of the clips heard too? */
  readonly copies: boolean;
  readonly seed: number;
}

export type NetworkRecipe = Schedule & Kind & Speciality;

type DenseRecipe = Schedule & Extract<Kind, { kind: 'dense' }>;
type LookingRecipe = Schedule & Exclude<Kind, { kind: 'dense' }>;

const DENSE: DenseRecipe = {
  kind: 'dense',
  epochs: 50,
  batch: 128,
  labelSmoothing: 0.05,
  mixup: 0.3,
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

const LOGISTIC: DenseRecipe = {
  ...DENSE,
  epochs: 15,
  mixup: 0,
  network: { ...DENSE.network, hidden: [], inputDropout: 0, noise: 0 },
};

const CNN: LookingRecipe = {
  kind: 'cnn',
  epochs: 24,
  batch: 32,
  labelSmoothing: 0.05,
  mixup: 0.4,
  network: {
    front: 16,
    middle: 32,
    channels: 128,
    dilations: [1, 2],
    heads: 4,
    scorer: 48,
    hidden: 96,
    channelDropout: 0.1,
    pooledDropout: 0.3,
    hiddenDropout: 0.2,
    learningRate: 2e-3,
    warmUp: 0.15,
    weightDecay: 1e-2,
    average: 0.998,
  },
};

const ATTENTION: LookingRecipe = {
  kind: 'attention',
  epochs: 24,
  batch: 32,
  labelSmoothing: 0.05,
  mixup: 0.4,
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

/**
 * The networks of a recipe, all of them specialists: some hear a voice alone, as a stranger's, changed copies included; some against its
 * baseline. One network for both did worse at either. The dense ones, `members` for each, stand beside the one that looks at the picture
 * because each hears what the other does not.
 */
export function networksOf(recipe: NeuralRecipe, seed: number, epochs?: number, members = 3): NetworkRecipe[] {
  const specialists = (general: DenseRecipe | LookingRecipe, count: number): NetworkRecipe[] =>
    VIEWS.flatMap((view) =>
      Array.from({ length: count }, (_, i) => ({ ...general, view, copies: view === 'population', seed: seed + i })),
    );
  if (recipe === 'logistic') return specialists({ ...LOGISTIC, epochs: epochs ?? LOGISTIC.epochs }, 1);
  if (recipe === 'dense') return specialists({ ...DENSE, epochs: epochs ?? DENSE.epochs }, members);
  const looking = { cnn: CNN, attention: ATTENTION }[recipe];
  return [...specialists(DENSE, members), ...specialists({ ...looking, epochs: epochs ?? looking.epochs }, 1)];
}

/** The shape that serves, with its weight still to be fitted. */
export function shapeOf(recipe: NetworkRecipe, inputs: number, outputs: number): NetworkShape {
  const weight = { alone: 1, known: 1 };
  if (recipe.kind === 'dense') {
    return { kind: 'dense', view: recipe.view, weight, widths: [inputs, ...recipe.network.hidden, outputs] };
  }
  const { kind, view, network } = recipe;
  const { channels, heads, scorer, hidden } = network;
  const pooling = { heads, scorer, hidden };
  if (kind === 'cnn') {
    const { front, middle, dilations } = network;
    return { kind, view, weight, front, middle, channels, dilations: [...dilations], ...pooling };
  }
  const { blocks, blockHeads, headWidth, feedForward } = network;
  return { kind, view, weight, channels, blocks, blockHeads, headWidth, feedForward, ...pooling };
}
