import { basename, extname } from 'node:path';
import { genderOf, type Votes } from './clip.js';
import { readTable } from './manifest.js';

/** What corpora say about their clips in tables beside them; keys are `corpus/speaker`, and names of files without extension. */
export interface SideTables {
  readonly gender: ReadonlyMap<string, string>;
  readonly votes: ReadonlyMap<string, Votes>;
}

/** Reads the tables that are among `files`, by their original names. @throws ManifestError for one that is no table */
export async function readSideTables(files: readonly string[]): Promise<SideTables> {
  const named = (name: string) => files.find((file) => basename(file) === name);
  const [demographics, nemo, votes] = ['VideoDemographics.csv', 'data.tsv', 'tabulatedVotes.csv'].map(named);
  return {
    gender: new Map([
      ...(await genders(demographics, 'cremad', 'ActorID', 'Sex')),
      ...(await genders(nemo, 'nemo', 'speaker_id', 'gender')),
    ]),
    votes: votes === undefined ? new Map() : await voiceVotes(votes),
  };
}

async function genders(
  file: string | undefined,
  corpus: string,
  speaker: string,
  gender: string,
): Promise<[speaker: string, gender: string][]> {
  const rows = file === undefined ? [] : await readTable(file);
  return rows.flatMap((row) =>
    row[speaker] && row[gender] ? [[`${corpus}/${row[speaker]}`, genderOf(row[gender])]] : [],
  );
}

/** Rows are numbered 100,000 · kind + clip; the kinds are 1 voice alone, 2 face alone, 3 both (tabulateVotesV2.r of CREMA-D). */
const ROW_OF_VOICE = /^1\d{5}$/;

/** CREMA-D's `processedResults/tabulatedVotes.csv`: how those listeners voted who only heard the voice. */
async function voiceVotes(file: string): Promise<Map<string, Votes>> {
  const count = (text: string | undefined): number => Math.max(0, Number(text) || 0);
  const rows = (await readTable(file)).filter((row) => ROW_OF_VOICE.test(row[''] ?? ''));
  return new Map(
    rows.map(({ A, D, F, H, N, S, fileName = '' }) => [
      basename(fileName, extname(fileName)),
      {
        angry: count(A),
        disgust: count(D),
        fearful: count(F),
        happy: count(H),
        neutral: count(N),
        sad: count(S),
      },
    ]),
  );
}
