import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Corpus } from './clip.js';
import { recogniseCorpora, UnknownCorpora } from './recognise.js';
import { recordings, tree, wav } from './tree.fixture.js';

const roots: string[] = [];
afterAll(() => Promise.all(roots.map((root) => rm(root, { recursive: true }))));

async function recognised(folder: Promise<string>): Promise<Corpus & { readonly root: string }> {
  const root = await folder;
  roots.push(root);
  return { ...(await recogniseCorpora(root)), root };
}

type Expected = readonly [path: string, speaker: string, emotion: string, gender: string | undefined, language: string];

/** The original names of each corpus, and what they say. */
const NAMES: readonly Expected[] = [
  ['Actor_12/03-01-06-01-02-01-12.wav', 'ravdess/12', 'fearful', 'female', 'English'],
  ['Actor_03/03-01-02-02-01-01-03.wav', 'ravdess/03', 'neutral', 'male', 'English'],
  ['AudioWAV/1001_DFA_ANG_XX.wav', 'cremad/1001', 'angry', undefined, 'English'],
  ['AudioWAV/1040_ITH_SAD_X.wav', 'cremad/1040', 'sad', undefined, 'English'],
  ['TESS/OAF_Pleasant_surprise/OAF_back_ps.wav', 'tess/OA', 'surprised', 'female', 'English'],
  ['TESS/OAF_neutral/OA_bite_neutral.wav', 'tess/OA', 'neutral', 'female', 'English'],
  ['wav/16b10Wb.wav', 'emodb/16', 'angry', 'female', 'German'],
  ['wav/03a01Fa.wav', 'emodb/03', 'happy', 'male', 'German'],
  ['AudioData/DC/su03.wav', 'savee/DC', 'surprised', 'male', 'English'],
  ['ALL/JK_sa15.wav', 'savee/JK', 'sad', 'male', 'English'],
  ['f2/pau-f2-b3.wav', 'emovo/f2', 'fearful', 'female', 'Italian'],
  ['m1/gio-m1-l1.wav', 'emovo/m1', 'happy', 'male', 'Italian'],
  ['samples/EB0_surprised_12.wav', 'nemo/EB0', 'surprised', undefined, 'Polish'],
  ['ESD/0004/Happy/train/0004_000701.wav', 'esd/0004', 'happy', 'male', 'Mandarin'],
  ['ESD/0016/Angry/0016_000351.wav', 'esd/0016', 'angry', 'female', 'English'],
];

describe('recogniseCorpora', () => {
  it('[CO1] reads the known corpora by the names of their files, wherever they lie', async () => {
    const { clips, dropped } = await recognised(recordings(NAMES.map(([path]) => `downloads/${path}`)));
    const read = clips.map((c) => [c.path, c.speaker, c.emotion, c.gender, c.language]);
    expect(read.sort()).toEqual(NAMES.map(([path, ...rest]) => [`downloads/${path}`, ...rest]).sort());
    expect(dropped).toEqual([]);
  });

  it('[CO1] knows what was said and how strongly where the name tells', async () => {
    const { clips } = await recognised(recordings(['1001_IEO_FEA_HI.flac', '03-01-05-02-01-02-08.wav']));
    expect(clips.map((c) => [c.sentence, c.intensity])).toEqual([
      ['01', '02'],
      ['IEO', 'HI'],
    ]);
  });

  it('[CO2] leaves out boredom, songs and what tells nothing, by name', async () => {
    const { dropped } = await recognised(
      recordings(['wav/03a04Lc.wav', 'wav/03a01Fa.wav', 'Actor_01/03-02-05-01-01-01-01.wav', 'notes/take 3.wav']),
    );
    expect(dropped).toEqual([
      { path: 'Actor_01/03-02-05-01-01-01-01.wav', reason: '"song" is none of the seven emotions' },
      { path: 'notes/take 3.wav', reason: 'neither its name nor its folders tell an emotion' },
      { path: 'wav/03a04Lc.wav', reason: '"boredom" is none of the seven emotions' },
    ]);
  });

  it('[CO3] reads a recording that is there in two formats, or in a copied folder, once', async () => {
    const { clips, dropped } = await recognised(
      recordings(['AudioMP3/1001_DFA_ANG_XX.mp3', 'AudioWAV/1001_DFA_ANG_XX.wav', 'all/data/wav/1001_DFA_ANG_XX.wav']),
    );
    expect(clips.map((c) => c.path)).toEqual(['AudioWAV/1001_DFA_ANG_XX.wav']);
    expect(dropped.map((d) => d.reason)).toEqual(Array(2).fill('another copy of AudioWAV/1001_DFA_ANG_XX.wav'));
  });

  it("[CO4] takes the votes of those who only listened, and the actors' gender, from CREMA-D's own tables", async () => {
    const voice = '"100001",4,3,0,0,2,0,"1001_DFA_ANG_XX",9,0.44\n"100002",0,0,0,1,7,0,"1002_DFA_NEU_XX",8,0.9\n';
    const face = '"200001",9,0,0,0,0,0,"1001_DFA_ANG_XX",9,1\n';
    const { clips } = await recognised(
      tree({
        'cremad/AudioWAV/1001_DFA_ANG_XX.wav': 400,
        'cremad/AudioWAV/1002_DFA_NEU_XX.wav': 500,
        'cremad/VideoDemographics.csv': 'ActorID,Age,Sex,Race,Ethnicity\n1001,51,Male,,\n1002,21,Female,,\n',
        'cremad/processedResults/tabulatedVotes.csv': `"","A","D","F","H","N","S","fileName","numResponses","agreement"\n${voice}${face}`,
      }),
    );
    expect(clips.map((c) => c.gender)).toEqual(['male', 'female']);
    expect(clips[0]?.votes).toEqual({ angry: 4, disgust: 3, fearful: 0, happy: 0, neutral: 2, sad: 0 });
  });

  it("[CO4] takes the gender of nEMO's speakers from its table", async () => {
    const { clips } = await recognised(
      tree({
        'nemo/samples/EB0_anger_1.wav': 400,
        'nemo/data.tsv':
          'file_id\temotion\traw_text\tspeaker_id\tgender\tage\nEB0_anger_1.wav\tanger\t"Ala, ma\tEB0\tfemale\t24\n',
      }),
    );
    expect(clips[0]?.gender).toBe('female');
  });

  it('[CO5] reads folders named after emotions, and finds the speaker beside the label or around it', async () => {
    const { clips, dropped, root } = await recognised(
      recordings([
        'mine/Angry/ann/1.wav',
        'mine/fear/test/2.ogg',
        'mine/bo_Sadness/3.wav',
        'mine/boredom/4.wav',
        'Happy/5.wav',
      ]),
    );
    expect(clips.map((c) => [c.path, c.corpus, c.speaker, c.emotion])).toEqual([
      ['Happy/5.wav', basename(root), `${basename(root)}/unknown`, 'happy'],
      ['mine/Angry/ann/1.wav', 'mine', 'mine/ann', 'angry'],
      ['mine/bo_Sadness/3.wav', 'mine', 'mine/bo', 'sad'],
      ['mine/fear/test/2.ogg', 'mine', 'mine/unknown', 'fearful'],
    ]);
    expect(dropped).toEqual([{ path: 'mine/boredom/4.wav', reason: '"boredom" is none of the seven emotions' }]);
  });

  it('[CO6] says so when a folder holds nothing that it knows', async () => {
    await expect(recognised(tree({ 'a/b.wav': wav({ ms: 300 }) }))).rejects.toBeInstanceOf(UnknownCorpora);
    await expect(recogniseCorpora('/nowhere/at/all')).rejects.toThrow('/nowhere/at/all cannot be read');
  });
});
