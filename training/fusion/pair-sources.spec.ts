import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNeutral, readPairs, readWords } from './pair-sources.js';

describe('sources of pairs', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'undertone-'));
  });
  afterAll(() => rm(dir, { recursive: true }));
  const file = async (name: string, content: string): Promise<string> => {
    await writeFile(join(dir, name), content);
    return join(dir, name);
  };

  it('[FP1] names words by file and line, with labels as words or as places in labels.txt', async () => {
    expect(await readWords(await file('plain.tsv', 'text\tlabel\nNo way!\tanger\n\n"Quoted\tjoy\r\n'))).toEqual([
      { id: 'plain.tsv:2', text: 'No way!', emotion: 'angry' },
      { id: 'plain.tsv:4', text: '"Quoted', emotion: 'happy' },
    ]);
    await file('labels.txt', 'anger\nfear\n');
    expect(await readWords(await file('places.tsv', 'Help\t1\tid9\nBoth\t0,1\tid8\n'))).toEqual([
      { id: 'places.tsv:1', text: 'Help', emotion: 'fearful' },
    ]);
    await expect(readWords(await file('wrong.tsv', 'a\tsad\nb\tbored\n'))).rejects.toThrow(
      'line 2: "bored" is none of',
    );
    await expect(readWords(await file('none.tsv', 'text\tlabel\n'))).rejects.toThrow('has no rows');
    await expect(readWords(join(dir, 'absent.tsv'))).rejects.toThrow('cannot be read');
  });

  it('[FP2] sentences may come with the code by which clips name them', async () => {
    expect(await readNeutral(await file('coded.tsv', 'code\tsentence\nDFA\tTake a coat.\n'))).toEqual([
      { id: 'coded.tsv:2', text: 'Take a coat.', emotion: 'neutral', code: 'DFA' },
    ]);
    expect(await readNeutral(await file('bare.txt', 'It rains.\n'))).toEqual([
      { id: 'bare.txt:1', text: 'It rains.', emotion: 'neutral' },
    ]);
  });

  it('[FP8] takes recorded pairs as they are, and names the rows that it leaves out', async () => {
    const csv = await file('m.csv', 'Path,Text,Label\na.wav,"Well, no",joy\nb.wav,hm,bored\n');
    const { pairs, dropped } = await readPairs(csv, '/corpus');
    expect(pairs).toMatchObject([
      {
        kind: 'given',
        truth: 'happy',
        clip: { path: 'a.wav', file: '/corpus/a.wav', speaker: 'given/a.wav' },
        words: { id: 'm.csv:2', text: 'Well, no' },
      },
    ]);
    expect(dropped).toEqual([{ path: 'b.wav', reason: '"bored" is none of the seven emotions' }]);
    await expect(readPairs(await file('n.csv', 'path,label\na,sad\n'), dir)).rejects.toThrow('has no column "text"');
    await expect(readPairs(await file('o.csv', 'path,text\na,b\n'), dir)).rejects.toThrow('has no column "label"');
  });
});
