import { join } from 'node:path';
import type { AcousticService } from '../../src/audio/acoustic.service.js';
import { MEL_BANDS } from '../../src/audio/features.js';
import { FUNCTIONAL_NAMES } from '../../src/audio/functionals.js';
import { PROJECT_ROOT } from '../../src/common/config.js';
import type { Clip } from '../corpora/corpora.js';
import { predictClips, readingsOf, type AcousticPrediction, type Examination } from './evaluate.js';

const folder = join(PROJECT_ROOT, 'test/fixtures/clips');
/** `n` clips of a speaker; all the same sound, since only the order matters. */
const clipsOf = (speaker: string, n: number, file = 'fine.44k1-stereo.wav'): Clip[] =>
  Array.from({ length: n }, (_, i) => ({
    corpus: 'c',
    file: join(folder, file),
    path: `${speaker}/${i}.wav`,
    speaker: `c/${speaker}`,
    emotion: 'sad',
  }));

type Service = Parameters<typeof predictClips>[1];

/** A service that notes what each reading was compared with; the voice of a speaker is the speaker's number. */
function recorder(): Service & { readonly heard: Map<string, { utterances: number; mean: number }[]> } {
  const heard = new Map<string, { utterances: number; mean: number }[]>();
  const read: AcousticService['read'] = async ({ id }, options) => {
    await new Promise(setImmediate);
    const seen = { utterances: options?.baseline?.utterances ?? 0, mean: options?.baseline?.mean[0] ?? NaN };
    heard.set(id, [...(heard.get(id) ?? []), seen]);
    const voice = Number(id.split('/')[0]);
    return {
      evidence: { modality: 'voice', status: 'unavailable', reason: 'failed' },
      speech: {
        functionals: new Float32Array(FUNCTIONAL_NAMES.length).fill(voice),
        bandMean: new Float32Array(MEL_BANDS),
      },
    };
  };
  return { heard, read, info: () => undefined };
}

const examine = (baseline: Examination['baseline'], more: Partial<Examination> = {}): Examination => ({
  conditions: ['clean'],
  baseline,
  seed: 1,
  width: 3,
  ...more,
});
const places = (predictions: readonly AcousticPrediction[]): string[] =>
  predictions.map((p) => `${p.clip.path}:${p.position}`);

describe('predictClips', () => {
  const clips = [...clipsOf('1', 4), ...clipsOf('2', 3)];

  it('[EV7] online: a clip is read against those of its speaker before it, and of nobody else', async () => {
    const service = recorder();
    const predictions = await predictClips(clips, service, examine('online'));
    for (const { clip, position } of predictions) {
      const [seen] = service.heard.get(clip.path) ?? [];
      expect(seen?.utterances).toBe(position);
      if (position > 0) expect(seen?.mean).toBe(Number(clip.path[0]));
    }
    expect(predictions.map((p) => p.clip)).toEqual(clips);
  });

  it("[EV7] all: every clip is read against all of its speaker's; none: against nothing", async () => {
    const [all, none] = [recorder(), recorder()];
    await predictClips(clips, all, examine('all'));
    for (const clip of clips) {
      const last = all.heard.get(clip.path)?.at(-1);
      expect(last).toEqual({ utterances: clip.path.startsWith('1') ? 4 : 3, mean: Number(clip.path[0]) });
    }
    await predictClips(clips, none, examine('none'));
    expect([...none.heard.values()].flat().every((seen) => seen.utterances === 0)).toBe(true);
    expect(readingsOf(clips, examine('all'))).toBe([...all.heard.values()].flat().length);
  });

  it('[EV7] the order depends on seed and speaker, not on the manifest or on who else is in it', async () => {
    const first = places(await predictClips(clips, recorder(), examine('none'))).slice(0, 4);
    const alone = places(await predictClips(clipsOf('1', 4), recorder(), examine('none')));
    const turned = places(await predictClips([...clips].reverse(), recorder(), examine('online')));
    expect(alone).toEqual(first);
    expect([...turned].reverse().slice(0, 4)).toEqual(first);
    const others = await Promise.all(
      [2, 3, 4].map(async (seed) => places(await predictClips(clips, recorder(), examine('none', { seed })))),
    );
    expect(others.some((other) => other.slice(0, 4).join() !== first.join())).toBe(true);
  });

  it('[EV9] each condition has a baseline of its own, and comes whole after the one before', async () => {
    const service = recorder();
    const predictions = await predictClips(clips, service, examine('online', { conditions: ['clean', 'noise0'] }));
    expect(predictions.map((p) => p.condition)).toEqual([...clips.map(() => 'clean'), ...clips.map(() => 'noise0')]);
    for (const { clip, position } of predictions) {
      expect(service.heard.get(clip.path)?.map((seen) => seen.utterances)).toEqual([position, position]);
    }
  });

  it('[EV4] what is no sound is named, and the others go on', async () => {
    const service = recorder();
    const broken = clipsOf('3', 1, 'not-audio.bin');
    const predictions = await predictClips([...broken, ...clips], service, examine('online'));
    expect(predictions[0]?.status).toBe('unreadable');
    expect(predictions[1]?.status).toBe('failed');
    expect(service.heard.has('3/0.wav')).toBe(false);
  });
});
