import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recogniseCorpora } from './recognise.js';
import { recordings } from './tree.fixture.js';
import { leftOut, ManifestError, readClips, readCorpora, withoutKnownBad } from './corpora.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'undertone-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function manifest(text: string): Promise<string> {
  const file = join(dir, 'manifest.csv');
  await writeFile(file, text);
  return file;
}

describe('readClips', () => {
  it('needs only path, speaker and emotion, in any order, and keeps speakers of two corpora apart', async () => {
    const file = await manifest('emotion,corpus,speaker,path,note\nsad,a,01,x/1.wav,"one, two"\nhappy,b,01,x/2.wav,\n');
    const { clips } = await readClips(file, '/root-of-all');
    expect(clips.map((c) => [c.speaker, c.emotion, c.path])).toEqual([
      ['a/01', 'sad', 'x/1.wav'],
      ['b/01', 'happy', 'x/2.wav'],
    ]);
    expect(clips[0]?.file).toBe(join('/root-of-all', 'x/1.wav'));
  });

  it('knows gender, language and how the crowd heard it where the table says so', async () => {
    const head = 'corpus,path,speaker,gender,emotion,sentence,intensity,voice_votes_ang;dis;fea;hap;neu;sad\n';
    const { clips } = await readClips(
      await manifest(`${head}cremad,a.wav,1001,M,angry,DFA,XX,5;3;1;0;0;0\ncremad,b.wav,1001,,sad,,,0;0;0;0;0;0\n`),
      '.',
    );
    expect(clips[0]).toMatchObject({ gender: 'male', language: 'English', sentence: 'DFA', intensity: 'XX' });
    expect(clips[0]?.votes).toEqual({ angry: 5, disgust: 3, fearful: 1, happy: 0, neutral: 0, sad: 0 });
    expect(Object.keys(clips[1] ?? {}).sort()).toEqual(['corpus', 'emotion', 'file', 'language', 'path', 'speaker']);
  });

  it('takes the usual other names of columns and labels, and tabs or semicolons between them', async () => {
    const rows = [
      ['File', 'Label', 'Actor', 'Sex'],
      ['a.wav', 'Anger', '7', 'F'],
      ['b.wav', 'calm', '8', 'Male'],
    ];
    for (const mark of ['\t', ';', ',']) {
      const file = await manifest(rows.map((row) => row.join(mark)).join('\n'));
      const { clips } = await readClips(file, '/sets/mine');
      expect(clips.map((c) => [c.path, c.emotion, c.speaker, c.gender])).toEqual([
        ['a.wav', 'angry', 'mine/7', 'female'],
        ['b.wav', 'neutral', 'mine/8', 'male'],
      ]);
    }
  });

  it('[TR3] drops what has none of the seven emotions, by name', async () => {
    const { clips, dropped } = await readClips(
      await manifest('path,speaker,emotion\n1.wav,s,bored\n2.wav,s,\n3.wav,s,angry\n'),
      '.',
    );
    expect(clips.map((c) => c.path)).toEqual(['3.wav']);
    expect(dropped).toEqual([
      { path: '1.wav', reason: '"bored" is none of the seven emotions' },
      { path: '2.wav', reason: 'no emotion' },
    ]);
  });

  it('[CO2] reads labels of several words where they say one thing', async () => {
    const labels = ['pleasant_surprise', 'fear/anxiety', 'Ärger', 'neutral or calm?', 'sad, angry', 'not happy'];
    const rows = labels.map((label, i) => `${i}.wav,s,"${label}"`).join('\n');
    const { clips, dropped } = await readClips(await manifest(`path,speaker,emotion\n${rows}\n`), '.');
    expect(clips.map((c) => c.emotion)).toEqual(['surprised', 'fearful', 'angry']);
    expect(dropped.map((d) => d.path)).toEqual(['3.wav', '4.wav', '5.wav']);
  });

  it('[CO4] takes the column that has votes, in the order that its name says, and says where none has', async () => {
    const votes = async (head: string, row: string) => {
      const { clips, notes } = await readClips(
        await manifest(`path,speaker,emotion,${head}\n1.wav,s,sad,${row}\n`),
        '.',
      );
      return clips[0]?.votes ?? notes;
    };
    expect(await votes('n_votes,votes', '10,5;3;1;0;0;1')).toMatchObject({ angry: 5, disgust: 3, sad: 1 });
    expect(await votes('CrowdVotes (sad;neu;hap;fea;dis;ang)', '5|3|1|0|0|1')).toMatchObject({ sad: 5, angry: 1 });
    expect(await votes('votes', '"1, 0, 0, 0, 0, 2"')).toMatchObject({ angry: 1, sad: 2 });
    expect(await votes('n_votes', '10')).toEqual([expect.stringContaining('no row has votes in "n_votes"')]);
    expect(await votes('votes', '')).toEqual([]);
  });

  it('[CO4, CO9] takes what says that nobody knows for unknown', async () => {
    const rows = ['unknown', 'NA', '-', 'Female'].map((gender, i) => `a\\${i}.wav,,sad,${gender}`).join('\n');
    const { clips } = await readClips(await manifest(`path,speaker,emotion,gender\n${rows}\n`), '/sets/mine');
    expect(clips.map((c) => c.gender)).toEqual([undefined, undefined, undefined, 'female']);
    expect(new Set(clips.map((c) => c.speaker))).toEqual(new Set(['mine/unknown']));
    expect(clips[0]?.path).toBe('a/0.wav');
  });

  it('says where a table is broken, and takes quotation marks within words as they are', async () => {
    const head = 'path,speaker,emotion,text\n';
    await expect(readClips(await manifest(`${head}1.wav,s,sad,one, two\n`), '.')).rejects.toThrow(
      /is not a table: .*line 2/,
    );
    const { clips } = await readClips(await manifest(`${head}1.wav,s,sad,he said "no" twice\n`), '.');
    expect(clips).toHaveLength(1);
  });

  it('says which column is missing, and that a file is', async () => {
    await expect(readClips(await manifest('path,emotion\n1.wav,sad\n'), '.')).rejects.toThrow('no column "speaker"');
    await expect(readClips(join(dir, 'nowhere.csv'), '.')).rejects.toBeInstanceOf(ManifestError);
    await expect(readClips(await manifest('path,speaker,emotion\n'), '.')).rejects.toThrow('no rows');
  });
});

describe('withoutKnownBad', () => {
  it('[TR3] leaves out the recordings that are known to be wrong, whatever their format, and says why', async () => {
    const file = await manifest(
      'path,speaker,emotion\nAudioWAV/1076_MTI_SAD_XX.wav,1076,sad\nx/1006_TIE_HAP_XX.opus,1006,happy\nx/1001_DFA_ANG_XX.opus,1001,angry\n',
    );
    const { clips, dropped } = withoutKnownBad(await readClips(file, '.'));
    expect(clips.map((c) => c.path)).toEqual(['x/1001_DFA_ANG_XX.opus']);
    expect(dropped).toContainEqual({ path: 'AudioWAV/1076_MTI_SAD_XX.wav', reason: 'silent' });
    expect(dropped).toHaveLength(2);
  });
});

describe('readCorpora', () => {
  it('reads the manifest that is named, else the one in the root, else the names of the files', async () => {
    const root = await recordings(['1001_DFA_ANG_XX.wav', '1002_DFA_SAD_XX.wav']);
    const paths = async (table?: string) => (await readCorpora(root, table)).clips.map((c) => c.path);
    expect(await paths()).toEqual(['1001_DFA_ANG_XX.wav', '1002_DFA_SAD_XX.wav']);
    await writeFile(join(root, 'manifest.csv'), 'path,speaker,emotion\n1002_DFA_SAD_XX.wav,1002,sad\n');
    expect(await paths()).toEqual(['1002_DFA_SAD_XX.wav']);
    expect(await paths(await manifest('path,speaker,emotion\nx.wav,1,sad\n'))).toEqual(['x.wav']);
    await rm(root, { recursive: true });
  });

  // UNDERTONE_DATA: a folder with corpora/, which holds corpora under their own names and a manifest.csv of the same clips.
  const data = process.env['UNDERTONE_DATA'];
  (data ? it : it.skip)('[CO1] reads from the names of real corpora what their manifest says', async () => {
    const root = join(data ?? '', 'corpora');
    const said = await readCorpora(root);
    const read = await recogniseCorpora(root);
    const facts = ({ clips }: typeof said) =>
      clips.map((c) => [c.path, c.speaker, c.emotion, c.language].join()).sort();
    expect(facts(read)).toEqual(facts(said));
    expect(read.dropped.map((d) => d.path).sort()).toEqual(said.dropped.map((d) => d.path).sort());
  });
});

describe('leftOut', () => {
  it('names a few, and counts many', () => {
    const bored = ['a', 'b', 'c', 'd'].map((path) => ({ path, reason: 'bored' }));
    expect(leftOut({ dropped: [{ path: 'x', reason: 'silent' }, ...bored] })).toEqual([
      'left out x: silent',
      'left out 4 clips: bored (the first is a)',
    ]);
  });
});
