import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManifestError, readClips, withoutKnownBad } from './corpora.js';

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
