import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline, type Tensor, type TextClassificationPipeline } from '@huggingface/transformers';
import { z } from 'zod';
import { loadModelFiles, readManifest, type Manifest } from '../common/model-manifest.js';
import type { Wording } from '../emotion/evidence.js';
import type { Emotion } from '../emotion/scores.js';
import { priorOfGoEmotions } from './foreign-labels.js';
import { nameOf, suffixOf, type HubSource } from './hub-source.js';
import { fromHub, hashWeights } from './hub.model.js';
import { mapLabels, priorOf, toScores } from './label-map.js';
import type { SentimentModel, TextReading } from './read-text.js';

/** What this project reads of a model's config.json. */
const ConfigSchema = z.object({
  id2label: z.record(z.string(), z.string()),
  undertone: z
    .object({
      /** Training prior by label; uniform when absent. */
      prior: z.record(z.string(), z.number()).optional(),
      /** Primary language subtags; English when absent. */
      languages: z.array(z.string()).optional(),
    })
    .optional(),
});

/** Where a text model that is not shipped may come from. */
export type SentimentHub = Omit<HubSource, 'id' | 'localDirs'>;

const OFFLINE: SentimentHub = { cacheDir: '', dtype: 'q8', allowDownload: false, remoteHost: '' };

/**
 * Loads a text-emotion model: a name of the manifest (every byte checked), a folder in transformers.js layout, or a hub id.
 * @param names what the operator says of labels that tell nothing themselves
 * @throws ModelFileError, ModelUnavailable, or LabelMapError when its labels are not emotions.
 */
export async function loadSentiment(
  modelsDir: string,
  name: string,
  hub = OFFLINE,
  names: Readonly<Record<string, string>> = {},
): Promise<SentimentModel> {
  const entry = (await readManifest(modelsDir).catch((): Manifest => ({ models: {} }))).models[name];
  const files = entry && !entry.hub ? await loadModelFiles(modelsDir, name) : undefined;
  const local = [join(modelsDir, name), resolve(name)].find((dir) => existsSync(join(dir, 'config.json')));
  const id = files?.dir ?? local ?? name;
  const { model: classifier, folder } = await fromHub({ ...hub, id }, (from, options) =>
    pipeline('text-classification', from, options),
  );
  const config = ConfigSchema.parse(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')));
  const labels = Object.keys(config.id2label).map((_, i) => config.id2label[i] ?? '');
  const map = mapLabels(labels, names);
  const prior = priorOf(config.undertone?.prior ?? priorOfGoEmotions(labels), map);
  return {
    ref: {
      name: nameOf(name),
      sha256: (files?.sha256 ?? (await hashWeights(folder, [`model${suffixOf(hub.dtype)}.onnx`]))).slice(0, 12),
    },
    labels: Object.keys(prior) as Emotion[],
    prior,
    languages: config.undertone?.languages ?? entry?.languages ?? ['en'],
    classify: async (texts) => {
      const readings: TextReading[] = [];
      for (const text of texts) {
        const { probabilities, wording } = await outputs(classifier, text);
        const scores = toScores(
          labels.map((label, i) => ({ label, score: probabilities[i] ?? 0 })),
          map,
        );
        readings.push(wording ? { scores, wording } : { scores });
      }
      return readings;
    },
    release: () => classifier.dispose().then(() => undefined),
  };
}

interface Outputs {
  readonly probabilities: readonly number[];
  readonly wording: Wording | undefined;
}

/**
 * One text at a time: q8 models quantise activations over the whole batch, so a text's scores would depend on its
 * neighbours (and on padding). The pipeline's own call would rank the labels by another ONNX session, four times the cost.
 */
async function outputs(classifier: TextClassificationPipeline, text: string): Promise<Outputs> {
  const inputs: unknown = classifier.tokenizer(text, { padding: false, truncation: true });
  // `forward` and not the call: that would keep the logits alone.
  const given = (await classifier.model.forward(inputs)) as Readonly<Record<string, Tensor | undefined>>;
  const values = numbers(given['logits']);
  return { probabilities: probabilities(classifier, values), wording: wordingOf(given) };
}

function probabilities(classifier: TextClassificationPipeline, values: readonly number[]): number[] {
  const { problem_type } = classifier.model.config as { problem_type?: string };
  if (problem_type === 'multi_label_classification') return values.map((x) => 1 / (1 + Math.exp(-x)));
  const max = Math.max(...values);
  const exp = values.map((x) => Math.exp(x - max));
  const sum = exp.reduce((x, y) => x + y, 0);
  return exp.map((x) => x / sum);
}

/** The further outputs of this project's own models. */
function wordingOf(given: Readonly<Record<string, Tensor | undefined>>): Wording | undefined {
  const [expressiveness] = numbers(given['expressiveness']);
  const [valence, arousal] = numbers(given['affect']);
  if (expressiveness === undefined || valence === undefined || arousal === undefined) return undefined;
  return { expressiveness, dimensions: { valence, arousal } };
}

function numbers(tensor: Tensor | undefined): number[] {
  return Array.from((tensor?.data ?? []) as Float32Array);
}
