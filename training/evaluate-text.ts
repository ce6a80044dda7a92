import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { EMOTIONS, isEmotion, type Emotion } from '../src/emotion/scores.js';
import { loadSentiment } from '../src/text/sentiment.model.js';
import { argmax } from './metrics.js';

export interface TextPrediction {
  readonly text: string;
  readonly emotion: Emotion;
  readonly truth: number;
  readonly scores: readonly number[];
  readonly predicted: Emotion;
}

/** Rows of `text TAB label`; a first row whose label is none of the seven is taken for a header. @throws Error naming the line */
export async function readTexts(file: string): Promise<{ text: string; emotion: Emotion }[]> {
  const content = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(`${file} cannot be read`, { cause });
  });
  const rows: string[][] = parse(content, {
    delimiter: '\t',
    quote: null,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const texts = rows.flatMap(([text = '', label = ''], i) => {
    const emotion = label.trim();
    if (isEmotion(emotion)) return [{ text, emotion }];
    if (i === 0) return [];
    throw new Error(`${file}, line ${i + 1}: "${emotion}" is none of ${EMOTIONS.join(', ')}`);
  });
  if (texts.length === 0) throw new Error(`${file} has no rows of text and label`);
  return texts;
}

/** @throws ModelFileError and what else the text model throws when it cannot be loaded */
export async function predictTexts(
  texts: readonly { readonly text: string; readonly emotion: Emotion }[],
  modelsDir: string,
  model: string,
  onProgress: (done: number) => void = () => undefined,
): Promise<TextPrediction[]> {
  const sentiment = await loadSentiment(modelsDir, model);
  try {
    const out: TextPrediction[] = [];
    for (const { text, emotion } of texts) {
      const [read] = await sentiment.classify([text]);
      const scores = EMOTIONS.map((e) => read?.scores[e] ?? 0);
      out.push({
        text,
        emotion,
        truth: EMOTIONS.indexOf(emotion),
        scores,
        predicted: EMOTIONS[argmax(scores)] ?? 'neutral',
      });
      onProgress(out.length);
    }
    return out;
  } finally {
    await sentiment.release();
  }
}
