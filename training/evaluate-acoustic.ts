import { access, readFile } from 'node:fs/promises';
import { AcousticService, type AcousticOptions } from '../src/audio/acoustic.service.js';
import { messageOf } from '../src/common/errors.js';
import { EMOTIONS, type Emotion, type PartialScores } from '../src/emotion/scores.js';
import { SAMPLE_RATE } from '../src/emotion/utterance.js';
import type { Clip } from './corpora.js';
import { argmax } from './metrics.js';
import { readClip } from './read-clip.js';

/** What the model said of one clip. */
export interface AcousticPrediction {
  readonly clip: Clip;
  readonly truth: number;
  /** Over EMOTIONS; 0 for a label that the model does not know. */
  readonly scores: readonly number[];
  readonly predicted: Emotion;
  /** `available`, or why there was nothing to read; such a clip is scored by the model's prior. */
  readonly status: string;
}

/**
 * Reads each clip as one utterance through the service that serves, in the order given.
 * @throws Error naming a file that does not exist; ModelFileError
 */
export async function predictClips(
  clips: readonly Clip[],
  options: AcousticOptions,
  onProgress: (done: number) => void = () => undefined,
): Promise<AcousticPrediction[]> {
  await assertAllThere(clips);
  const service = new AcousticService(options);
  try {
    await service.ready();
    const prior = service.info()?.prior ?? {};
    const out = new Array<AcousticPrediction>(clips.length);
    let [next, done] = [0, 0];
    const work = async (): Promise<void> => {
      for (let i = next++; i < clips.length; i = next++) {
        const clip = clips[i];
        if (!clip) return;
        out[i] = await predict(clip, service, prior);
        onProgress(++done);
      }
    };
    await Promise.all(Array.from({ length: options.threads + 1 }, work)); // one decodes while the threads read
    return out;
  } finally {
    await service.close();
  }
}

/** A manifest that names files which are not there is wrong as a whole: said at once, not after an hour. */
async function assertAllThere(clips: readonly Clip[]): Promise<void> {
  const missing = await Promise.all(
    clips.map(({ file }) =>
      access(file).then(
        () => [],
        () => [file],
      ),
    ),
  );
  const [first, ...others] = missing.flat();
  if (first !== undefined) {
    throw new Error(`${first} cannot be read (${others.length + 1} of ${clips.length} files); is --root right?`);
  }
}

async function predict(clip: Clip, service: AcousticService, prior: PartialScores): Promise<AcousticPrediction> {
  const bytes = await readFile(clip.file).catch((cause: unknown) => {
    throw new Error(`${clip.file} cannot be read`, { cause });
  });
  const samples = await readClip(bytes).catch((error: unknown) => messageOf(error));
  const evidence =
    typeof samples === 'string'
      ? null
      : await service.read({
          id: clip.path,
          startMs: 0,
          endMs: (samples.length * 1000) / SAMPLE_RATE,
          endReason: 'sessionEnd',
          samples,
        });
  const known = evidence?.status === 'available' ? evidence.scores : prior;
  const scores = EMOTIONS.map((emotion) => known[emotion] ?? 0);
  const status = evidence ? (evidence.status === 'available' ? 'available' : evidence.reason) : 'unreadable';
  return {
    clip,
    truth: EMOTIONS.indexOf(clip.emotion),
    scores,
    predicted: EMOTIONS[argmax(scores)] ?? 'neutral',
    status,
  };
}
