import { unavailable } from '../../src/emotion/evidence.js';
import { evidenceOf, peaked, textOf, voiceOf } from '../../src/fusion/evidence.fixture.js';
import type { Cue } from '../../src/emotion/evidence.js';
import type { Emotion, PartialScores } from '../../src/emotion/scores.js';
import type { Line, Tale } from './scripted-review.js';

const voiceCue = (name: string, value: number, toward: Emotion, weight: number): Cue => ({
  modality: 'voice',
  name,
  value,
  unit: 'speakerSigma',
  toward,
  weight,
});

function line(
  startMs: number,
  endMs: number,
  words: string,
  voice: PartialScores,
  text: PartialScores,
  said: readonly [string, Emotion, number][] = [],
  heard: readonly Cue[] = [],
): Line {
  const cues = said.map(([quote, toward, weight]): Cue => ({
    modality: 'text',
    name: 'word',
    quote,
    toward,
    weight,
    textSpan: [words.indexOf(quote), words.indexOf(quote) + quote.length],
  }));
  return {
    startMs,
    endMs,
    words,
    voice: voiceOf(peaked(voice), { cues: heard }),
    text: textOf(peaked(text), { cues, ...(/\bfine\b/.test(words) ? { reassures: true } : {}) }),
  };
}

/** The same, seen by a camera of the client's own. */
function withFace(said: Line): Line {
  const cues = [{ modality: 'face', name: 'AU4', detail: 'brows drawn together', toward: 'sad', weight: 0.6 }] as const;
  return { ...said, face: evidenceOf('face', peaked({ sad: 0.8 }), { cues, quality: { reliability: 0.6 } }) };
}

const id = (n: number): string => `${n}b9d0c5e-4f1a-4c2b-9d3e-0a1b2c3d4e5f`;
export const HOSTILE = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script> & “fine”';

/** Sessions that tell what the pages are for. */
export const TALES = (): Tale[] => [
  {
    id: id(1),
    startedAt: '2026-11-20T09:12:00Z',
    endedAt: '2026-11-20T09:13:10Z',
    alerts: [
      {
        id: 'a1',
        rule: 'distress',
        utteranceIds: ['u3'],
        sinceMs: 21_000,
        at: '2026-11-20T09:12:30Z',
        status: 'raised',
        overAt: null,
        open: true,
        acknowledged: null,
        detail: 'unpleasant for two utterances',
      },
    ],
    lines: [
      line(
        1_200,
        4_400,
        'Hello, good morning.',
        { neutral: 0.6, happy: 0.25 },
        { neutral: 0.5, happy: 0.45 },
        [['good', 'happy', 0.7]],
        [voiceCue('pitchHeight', 0.4, 'happy', 0.3)],
      ),
      line(
        9_000,
        13_500,
        'I have been waiting for three weeks now.',
        { angry: 0.42, neutral: 0.3, sad: 0.1 },
        { neutral: 0.4, sad: 0.25, angry: 0.25 },
        [
          ['waiting', 'sad', 0.6],
          ['three weeks', 'angry', 0.5],
        ],
        [voiceCue('timbre', 1.4, 'angry', 0.8)],
      ),
      withFace(
        line(
          21_000,
          24_800,
          "No, it's fine. Really, I'm fine.",
          { sad: 0.9 },
          { neutral: 0.66, happy: 0.25 },
          [
            ['fine', 'neutral', 0.9],
            ['Really', 'happy', 0.3],
          ],
          [
            voiceCue('pitchHeight', -1.8, 'sad', 1.4),
            voiceCue('timbre', -1.2, 'sad', 0.9),
            voiceCue('pitchMovement', 0.6, 'happy', -0.4),
          ],
        ),
      ),
      line(
        33_000,
        38_000,
        'This is so unfair, nobody ever called me back!',
        { angry: 0.8 },
        { angry: 0.75, sad: 0.1 },
        [
          ['unfair', 'angry', 1.3],
          ['nobody', 'angry', 0.5],
        ],
        [voiceCue('timbre', 2.6, 'angry', 1.5)],
      ),
      line(
        47_000,
        50_000,
        'Oh, you can send it today? Great, thank you.',
        { happy: 0.55, surprised: 0.25 },
        { happy: 0.8 },
        [
          ['Great', 'happy', 1.2],
          ['thank you', 'happy', 0.8],
        ],
        [voiceCue('pitchHeight', 1.1, 'happy', 0.7)],
      ),
    ],
  },
  {
    id: id(2),
    startedAt: '2026-11-20T11:40:00Z',
    endedAt: '2026-11-20T11:41:00Z',
    lines: [line(0, 3_000, HOSTILE, { neutral: 0.7 }, { neutral: 0.6 }, [['fine', 'neutral', 0.5]])],
  },
  {
    id: id(3),
    startedAt: '2026-11-21T08:00:00Z',
    endedAt: '2026-11-21T08:02:00Z',
    lines: [
      { startMs: 0, endMs: 900, voice: unavailable('voice', 'tooShort'), text: unavailable('text', 'empty') },
      line(4_000, 7_000, 'So sad.', { sad: 0.85 }, { sad: 0.9 }, [['sad', 'sad', 1.8]]),
    ],
  },
  {
    id: id(4),
    startedAt: '2026-11-21T10:00:00Z',
    endedAt: '2026-11-21T10:01:00Z',
    lines: [line(0, 2_000, 'Surprise!', { surprised: 0.9 }, { surprised: 0.7 })],
  },
  {
    id: id(5),
    startedAt: '2026-11-21T12:00:00Z',
    endedAt: null,
    lines: [line(0, 2_000, 'We are still talking.', { neutral: 0.8 }, { neutral: 0.8 })],
  },
];
