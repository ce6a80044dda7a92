import { f16round } from '@petamoriken/float16';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { packWeights } from '../../src/audio/acoustic-format.js';
import { startBackend, type AcousticBackend } from '../../src/audio/acoustic.model.js';
import { WhisperHead, type HeadConfig } from '../../src/audio/whisper-head.js';
import { sha256, writeManifestEntry } from '../../src/common/model-manifest.js';
import { EMOTIONS } from '../../src/emotion/scores.js';
import type { WhisperModel } from '../../src/text/whisper.model.js';
import type { Clip } from '../corpora/corpora.js';
import { DenseTrainer, type DenseConfig, type RowBatch } from '../networks/dense.js';
import { groupBy } from '../common/group-by.js';
import { learn } from '../networks/learning.js';
import { fitTemperature } from '../common/metrics.js';
import { progressBar } from '../common/progress.js';
import { figuresToMarkdown, fixed } from '../common/report.js';
import { rngOf, weightedSampler, type Rng } from '../common/rng.js';
import { priorOf, samplingWeights, type Sample } from '../samples/samples.js';
import { nameOf } from './ship.js';
import { mixed, mixtureOf, targetOf } from '../networks/targets.js';
import { byCorpus, type FigureRows } from './train.js';
import { cachedStates } from './whisper-states.js';

const RECIPE = {
  epochs: 40,
  batch: 64,
  labelSmoothing: 0.05,
  mixup: 0.3,
  network: {
    hidden: [64],
    inputDropout: 0.2,
    hiddenDropout: 0.4,
    noise: 0.1,
    learningRate: 2e-3,
    warmUp: 0.3,
    weightDecay: 2e-2,
    average: 0.99,
  } satisfies DenseConfig,
} as const;

export interface HeadTraining {
  readonly seed: number;
  readonly epochs?: number | undefined;
  readonly backend: AcousticBackend;
  /** What `model.json` says of where it comes from, beside recipe and seed. */
  readonly provenance: Readonly<Record<string, unknown>>;
}

export interface TrainedHead {
  readonly config: HeadConfig;
  /** Kernel and bias of each layer in turn, as they are stored. */
  readonly tensors: readonly Float32Array[];
}

/** A labelled clip, and what Whisper's encoder made of it. */
export interface PooledSample extends Sample {
  readonly pooled: Float32Array;
}

/** The clips with their states; the second number counts those in which nobody speaks, which are left out. */
export async function pooledSamples(
  clips: readonly Clip[],
  whisper: WhisperModel,
  cache: string,
): Promise<{ samples: PooledSample[]; silent: number }> {
  const bar = progressBar(`states of ${whisper.ref.name}`, clips.length);
  const states = await cachedStates(
    clips.map(({ file }) => file),
    whisper,
    cache,
    (done) => {
      bar.update(done);
    },
  ).finally(() => {
    bar.stop();
  });
  const samples = clips.flatMap((clip, i): PooledSample[] => {
    const pooled = states[i];
    return pooled ? [{ ...clip, variants: [], pooled }] : [];
  });
  return { samples, silent: clips.length - samples.length };
}

/** Trains a head on the states of some speakers, and finds its temperature on those of others. */
export async function trainHead(
  samples: readonly PooledSample[],
  unheard: readonly PooledSample[],
  whisper: Pick<WhisperModel, 'ref' | 'encoder'>,
  options: HeadTraining,
): Promise<TrainedHead> {
  await startBackend(options.backend);
  const labels = EMOTIONS.filter((emotion) => samples.some((s) => s.emotion === emotion));
  const { epochs = RECIPE.epochs, seed } = options;
  const width = samples[0]?.pooled.length ?? 0;
  const { mean, sd } = momentsOf(samples, width);
  const rowOf = ({ pooled }: PooledSample): Float32Array => pooled.map((x, i) => (x - (mean[i] ?? 0)) / (sd[i] ?? 1));
  const rows = new Map(samples.map((sample) => [sample, rowOf(sample)]));

  const weightOf = samplingWeights(samples);
  const batch = Math.max(1, Math.min(RECIPE.batch, Math.floor(samples.length / 2)));
  const stepsPerEpoch = Math.max(1, Math.floor(samples.length / batch));
  const batches = function* (rng: Rng): Generator<RowBatch> {
    const draw = weightedSampler(samples.map(weightOf), rng);
    for (let step = 0; step < stepsPerEpoch; step++) {
      const drawn = Array.from({ length: batch }, () => samples[draw()]).filter((s) => s !== undefined);
      const mixture = mixtureOf(batch, RECIPE.mixup, rng);
      const inputs = drawn.map((sample) => rows.get(sample) ?? new Float32Array(width));
      const targets = drawn.map((sample) => targetOf(sample, { labels, heard: [] }, RECIPE.labelSmoothing));
      yield { size: batch, rows: mixed(inputs, mixture), targets: mixed(targets, mixture) };
    }
  };
  const trainer = new DenseTrainer(width, RECIPE.network, labels.length, labels.length, rngOf(seed));
  const bar = progressBar('head', epochs * stepsPerEpoch);
  const onProgress = ({ step, loss }: { step: number; loss: number }): void => {
    bar.update(step, `loss ${fixed(loss)}`);
  };
  await learn({ trainer, epochs, stepsPerEpoch, seed, batches, onProgress }).finally(() => {
    bar.stop();
  });
  // As they will be stored: what is measured is what serves.
  const tensors = trainer.folded().map((tensor) => tensor.map(f16round));
  const config: HeadConfig = {
    format: 1,
    encoder: { name: whisper.ref.name, sha256: whisper.encoder },
    labels,
    prior: priorOf(samples, weightOf, labels),
    temperature: 1,
    mean,
    sd,
    widths: [...trainer.widths],
    training: { ...options.provenance, recipe: 'whisper-head', seed, network: { ...RECIPE, epochs, batch } },
  };
  return { config: { ...config, temperature: temperatureOf({ config, tensors }, unheard) }, tensors };
}

function momentsOf(samples: readonly PooledSample[], width: number): { mean: number[]; sd: number[] } {
  const columns = Array.from({ length: width }, (_, i) => samples.map(({ pooled }) => pooled[i] ?? 0));
  const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const mean = columns.map(average);
  const sd = columns.map((values, i) => Math.sqrt(average(values.map((x) => (x - (mean[i] ?? 0)) ** 2))) + 1e-6);
  return { mean, sd };
}

/** Each speaker counts the same, or one who spoke five hundred clips would stand for everybody. */
function temperatureOf(head: TrainedHead, unheard: readonly PooledSample[]): number {
  const clipsOf = groupBy(unheard, ({ speaker }) => speaker);
  const { labels } = head.config;
  const known = unheard.filter(({ emotion }) => labels.includes(emotion));
  const scores = headScores(head, known);
  const rows = known.map((sample) => ({
    truth: labels.indexOf(sample.emotion),
    // At temperature 1 the logarithms of the scores are the logits, but for a constant.
    logits: labels.map((label) => Math.log(Math.max(scores.get(sample)?.[EMOTIONS.indexOf(label)] ?? 0, 1e-30))),
    weight: 1 / (clipsOf.get(sample.speaker)?.length ?? 1),
  }));
  return rows.length > 0 ? fitTemperature(rows) : 1;
}

/** Scores over EMOTIONS; 0 for what the head does not know. */
export function headScores(
  { config, tensors }: TrainedHead,
  samples: readonly PooledSample[],
): Map<PooledSample, number[]> {
  const head = new WhisperHead({ name: 'trained', sha256: '' }, '', config, tensors);
  return new Map(
    samples.map((sample) => {
      const { scores } = head.read(sample.pooled);
      return [sample, EMOTIONS.map((emotion) => scores[emotion] ?? 0)];
    }),
  );
}

export function headFigures(head: TrainedHead, samples: readonly PooledSample[]): FigureRows {
  const scores = headScores(head, samples);
  return byCorpus(samples, (sample) => scores.get(sample as PooledSample) ?? []);
}

/** What a card tells beside the head itself. */
export interface HeadFacts {
  readonly licence: string;
  readonly command: string;
  readonly commit: string;
  readonly date: string;
  readonly machine: string;
  readonly samples: readonly PooledSample[];
  readonly heldOut: FigureRows;
}

/** Writes model.json, weights.bin, CARD.md and the manifest entry of a head; resolves with its size in bytes. */
export async function shipHead(out: string, { config, tensors }: TrainedHead, facts: HeadFacts): Promise<number> {
  const dir = resolve(out);
  const model = Buffer.from(`${JSON.stringify(config)}\n`);
  const weights = packWeights(tensors);
  await mkdir(dir, { recursive: true });
  await Promise.all([
    writeFile(join(dir, 'model.json'), model),
    writeFile(join(dir, 'weights.bin'), weights),
    writeFile(join(dir, 'CARD.md'), cardOf(nameOf(out), config, facts)),
  ]);
  const fileOf = (bytes: Buffer) => ({ bytes: bytes.length, sha256: sha256(bytes) });
  await writeManifestEntry(dirname(dirname(dir)), nameOf(out), {
    kind: 'whisper-head',
    licence: facts.licence,
    path: nameOf(out),
    labels: config.labels,
    encoder: config.encoder.sha256,
    files: { 'model.json': fileOf(model), 'weights.bin': fileOf(weights) },
  });
  return model.length + weights.length;
}

/** Every number in it was measured by the training that wrote it. */
function cardOf(name: string, config: HeadConfig, facts: HeadFacts): string {
  const { samples } = facts;
  const corpora = [...groupBy(samples, ({ corpus }) => corpus)].map(
    ([corpus, own]) => `| ${corpus} | ${own.length} | ${new Set(own.map(({ speaker }) => speaker)).size} |`,
  );
  const heldOut = config.training['heldOutSpeakers'] as readonly string[];
  return `# ${name}

A head on a frozen encoder of Whisper: ${config.widths.join('–')} dense units over mean and standard deviation of its states where somebody
speaks. Reads one of ${config.labels.length} emotions (${config.labels.join(', ')}) from an utterance. It belongs to the encoder of ${config.encoder.name}, sha256
\`${config.encoder.sha256}\`, and is refused with any other. Temperature ${fixed(config.temperature)}.

**Licence of the weights: ${facts.licence}.**${samples.some(({ corpus }) => corpus === 'cremad') ? '\nContains information from CREMA-D, available under ODbL 1.0.' : ''}

## Trained on

| corpus | clips | speakers |
| --- | --- | --- |
${corpora.join('\n')}

Held out of everything, to measure: ${heldOut.join(', ')}. Seed ${String(config.training['seed'])}.

## Figures

On the speakers that were held out; the temperature was fitted on the same ones, so the ECE is a little kind.

${figuresToMarkdown(facts.heldOut)}

Made by \`${facts.command}\` at commit ${facts.commit} on ${facts.date}, ${facts.machine}.
UAR is the mean recall over the emotions present; ECE has 15 bins.

## Limits

An encoder that was trained to write words keeps of a voice what helps with that. The head knows no speaker's usual voice, and says nothing of
why. Actors played these emotions; spontaneous speech is milder. What stands in the card of the acoustic model about its use holds here too.
`;
}
