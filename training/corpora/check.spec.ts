import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { problemLines, summaryTable } from './check-text.js';
import { problemsOf, summariesOf, type Heard } from './check.js';
import type { Clip } from './clip.js';
import { recogniseCorpora } from './recognise.js';
import soundOf from './sound.worker.js';
import { tree, wav } from './tree.fixture.js';

let root: string;
afterEach(() => rm(root, { recursive: true, force: true }));

async function heard(files: Readonly<Record<string, string | Uint8Array | number>>): Promise<Heard[]> {
  root = await tree(files);
  const { clips } = await recogniseCorpora(root);
  return Promise.all(clips.map(async (clip) => ({ clip, sound: await soundOf(clip.file) })));
}

describe('problemsOf', () => {
  it('[CO7] finds what is silent, clipped, too short, too long or no sound at all', async () => {
    const problems = problemsOf(
      await heard({
        '1001_DFA_ANG_XX.wav': wav({ ms: 1000 }),
        '1001_DFA_DIS_XX.wav': wav({ ms: 1000, level: 0.001 }),
        '1001_DFA_FEA_XX.wav': wav({ ms: 1000, level: 3 }),
        '1001_DFA_HAP_XX.wav': wav({ ms: 200 }),
        '1001_DFA_NEU_XX.wav': wav({ ms: 31_000 }),
        '1001_DFA_SAD_XX.wav': 'no sound',
      }),
    );
    expect(problems.map(({ problem, names }) => [problem, ...names])).toEqual([
      ['unreadable', '1001_DFA_SAD_XX.wav'],
      ['silent', '1001_DFA_DIS_XX.wav'],
      ['short', '1001_DFA_HAP_XX.wav'],
      ['long', '1001_DFA_NEU_XX.wav'],
      ['clipped', '1001_DFA_FEA_XX.wav'],
    ]);
  });

  it('[CO8] finds the same sound in other files, and says when their labels or speakers differ', async () => {
    const tone = (hz: number) => wav({ ms: 500, hz });
    const problems = problemsOf(
      await heard({
        '1001_DFA_ANG_XX.wav': tone(200),
        '1001_IEO_ANG_XX.wav': tone(200),
        '1002_DFA_HAP_XX.wav': tone(300),
        '1001_DFA_SAD_XX.wav': Buffer.concat([tone(300), Buffer.from('LIST\x04\0\0\0tags')]),
        '1002_DFA_SAD_XX.wav': tone(400),
      }),
    );
    expect(problems).toEqual([
      {
        problem: 'conflict',
        names: ['1001_DFA_SAD_XX.wav', '1002_DFA_HAP_XX.wav'],
        detail: 'sad, happy, cremad/1001, cremad/1002',
      },
      { problem: 'duplicate', names: ['1001_DFA_ANG_XX.wav', '1001_IEO_ANG_XX.wav'], detail: '' },
    ]);
  });

  it('[CO9] names speakers with one emotion only, and sets that do not tell who speaks', async () => {
    const problems = problemsOf(
      await heard({
        '1001_DFA_ANG_XX.wav': 400,
        'mine/happy/1.wav': wav({ ms: 400, hz: 300 }),
        'mine/sad/2.wav': wav({ ms: 400, hz: 310 }),
      }),
    );
    expect(problems).toEqual([
      { problem: 'oneEmotion', names: ['cremad/1001'], detail: '1 × angry' },
      { problem: 'unknownSpeaker', names: ['mine'] },
    ]);
  });

  it('[CO9] names rows without a file and files without a row', () => {
    const clip: Clip = { corpus: 'a', file: join('a', 'x.wav'), path: 'x.wav', speaker: 'a/1', emotion: 'sad' };
    const sound = { failure: 'missing', message: 'ENOENT' } as const;
    const other: Heard = { clip: { ...clip, emotion: 'happy' }, sound };
    const problems = problemsOf([{ clip, sound }, other], ['y.wav']);
    expect(problems.map((p) => p.problem)).toEqual(['missing', 'missing', 'unlisted']);
    root = 'nothing-was-made';
  });
});

describe('what the command prints', () => {
  it('[CO7] counts clips, speakers by gender, hours and emotions of each corpus, with its licence', async () => {
    const rows = summariesOf(
      await heard({ '03-01-06-01-02-01-12.wav': 1800, '03-01-05-01-02-01-11.wav': 1800, 'x/03a01Fa.wav': 3600 }),
    );
    expect(rows).toMatchObject([
      { corpus: 'ravdess', clips: 2, speakers: { female: 1, male: 1, other: 0 }, licence: 'CC BY-NC-SA 4.0' },
      { corpus: 'emodb', clips: 1, language: 'German', emotions: { happy: 1, angry: 0 } },
    ]);
    expect(rows.map((row) => row.seconds)).toEqual([3.6, 3.6]);
    expect(summaryTable(rows)).toMatch(/all +│ 3 +│ 3: 1 f, 2 m +│ 0\.00/);
  });

  it('says how many, what to do, and names five', () => {
    const problems = Array.from({ length: 7 }, (_, i) => ({ problem: 'short', names: [`${i}.wav`] }) as const);
    const lines = problemLines(problems);
    expect(lines[0]).toMatch(/^! 7 are shorter than 300 ms: /);
    expect(lines).toHaveLength(7);
    expect(lines.at(-1)).toBe('    … and 2 more');
    root = 'nothing-was-made';
  });
});
