import { temperatureAt, type AcousticConfig, type View } from '../../src/audio/acoustic-format.js';
import { CORPORA } from '../corpora/corpora.js';
import { groupBy } from '../common/group-by.js';
import { figuresToMarkdown, fixed } from '../common/report.js';
import type { BaselineMode, Sample } from '../samples/samples.js';
import type { AcrossCorpora } from './across-corpora.js';
import type { FigureRows } from './train.js';

export interface CardFacts {
  readonly name: string;
  readonly licence: string;
  readonly command: string;
  readonly commit: string;
  readonly date: string;
  readonly machine: string;
  readonly config: AcousticConfig;
  readonly bytes: number;
  /** All clips, held-out ones included. */
  readonly samples: readonly Sample[];
  readonly heldOutSpeakers: readonly string[];
  /** Figures of the held-out speakers by how much is known of them. */
  readonly heldOut: readonly (readonly [mode: BaselineMode, rows: FigureRows])[];
  readonly blog: FigureRows;
  readonly outOfFold: FigureRows | undefined;
  readonly strange: (AcrossCorpora & { readonly recipe: string }) | undefined;
}

const MODES = {
  none: 'Each clip alone',
  online: "Against the speaker's clips before it, in a shuffled order",
  all: "Against all of the speaker's clips",
} as const;

/** The CARD.md of an acoustic model. Every number in it was measured by the training that wrote it. */
export function cardOf(facts: CardFacts): string {
  const { config, samples } = facts;
  const speakersIn = (some: readonly Sample[]): number => new Set(some.map((s) => s.speaker)).size;
  const corpora = [...new Set(samples.map((s) => s.corpus))].sort();
  const withCremaD = corpora.includes('cremad');
  const languageOf = ({ corpus, language }: Sample): string =>
    language ?? CORPORA[corpus]?.language ?? 'a language that nobody named';
  const languages = [...groupBy(samples, languageOf)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([language, own]) => `${language} (${own.length} clips)`);
  const corpusRows = corpora.map((name) => {
    const known = CORPORA[name];
    const own = samples.filter((s) => s.corpus === name);
    return `| ${known?.title ?? name} | ${known?.language ?? 'unknown'} | ${own.length} | ${speakersIn(own)} | ${known?.licence ?? 'unknown'} |`;
  });
  const denseOf = (view: View): number => config.networks.filter((n) => n.kind === 'dense' && n.view === view).length;
  const looking = { cnn: 'a convolutional network', attention: 'a network of self-attention' };
  const whose = { population: 'strangers', speaker: 'acquaintances' };
  const looks = config.networks.flatMap((n) =>
    n.kind === 'dense' ? [] : [`${looking[n.kind]} looks at the log-mel picture of ${whose[n.view]}`],
  );
  return `# ${facts.name}

Reads one of ${config.labels.length} emotions (${config.labels.join(', ')}) from the sound of an utterance, whatever the words.

Small dense networks hear functionals of the voice (statistics of pitch, level, tempo, spectrum and voice quality below 4 kHz; the
recording's absolute level is left out): ${denseOf('population')} against the population, ${denseOf('speaker')} against the speaker's own running baseline as soon as there is
one${looks.map((one) => `; ${one}`).join('')}. Their logits are weighed by how well the speaker is known, summed, and divided by a
temperature of ${fixed(temperatureAt(config, 0))} for an unknown speaker, ${fixed(config.temperature)} for a well-known one.${config.heard.labels.length > 0 ? ' A second head says how listeners would hear the voice, trained on the votes of a crowd.' : ''} ${(facts.bytes / 1e6).toFixed(1)} MB.

**Licence of the weights: ${facts.licence}.**${withCremaD ? '\nContains information from CREMA-D, available under ODbL 1.0.' : ''}

## Trained on

| corpus | language | clips | speakers | licence |
| --- | --- | --- | --- | --- |
${corpusRows.join('\n')}

Of these ${speakersIn(samples)} speakers, ${facts.heldOutSpeakers.length} were held out of everything, to measure: ${facts.heldOutSpeakers.join(', ')}.
No speaker is on two sides of a split; the training asserts it. Seed ${String(config.training['seed'])}.

## Figures

On ${facts.heldOutSpeakers.length} speakers that no network was trained on. Temperatures and the weights of the networks (a handful of numbers) were fitted on these same
speakers, so the ECE is a little kind; UAR hardly depends on them.

${facts.heldOut.map(([mode, rows]) => `**${MODES[mode]}:**\n\n${figuresToMarkdown(rows)}`).join('\n\n')}

**The tutorials' recipe on the same clips** (mean of 40 MFCCs, random forest of 200 trees, trained on the same speakers):

${figuresToMarkdown(facts.blog)}
${facts.outOfFold ? `\n**Cross-validated, each clip alone, read by networks that never heard its speaker** (calibrated on these clips, as above):\n\n${figuresToMarkdown(facts.outOfFold)}\n` : ''}${facts.strange ? `\n**Each corpus read by networks that never heard it** (recipe ${facts.strange.recipe}):\n\n${figuresToMarkdown(facts.strange.figures)}\n\nThere it was too sure by a temperature of ${fixed(facts.strange.overconfidence.alone)} alone and ${fixed(facts.strange.overconfidence.known)} in an acquaintance; the roots of these are in the model's temperatures.\n` : ''}
Made by \`${facts.command}\` at commit ${facts.commit} on ${facts.date}, ${facts.machine}.
UAR is the mean recall over the emotions present; ECE has 15 bins.

## Use

Meant for: a first estimate of the emotion that an adult *expresses* in an utterance of about one to ten seconds, together with the
words, with a person who knows that it is one. People who listen to such clips agree with the actor in 41 % of CREMA-D's cases; a model
is not an oracle either.

Not meant for: deciding about a person; work or school, where the EU forbids it; health; children; finding out what someone *feels*.

## Limits

- Actors played these emotions. Spontaneous speech is milder, and figures on it will be lower.
- It heard ${languages.join(', ')}. In another language expect much less, least for disgust and surprise.
- Fear is often heard as sadness, sadness and neutral as each other, happiness as anger and the other way round.
- Under 200 ms of voice it says nothing. Noise, telephone lines and codecs it heard only as changed copies of clean clips, music and several people at once never.
- Until a few utterances of a speaker were heard, the population's usual voice is the yardstick: an unusually high or low voice shifts the reading.
- After that the speaker is: somebody who is angry from the first utterance to the last sounds calmer than they are. The corpora cannot show this; in them
  everybody goes through all emotions, so figures with a baseline are better than a one-sided conversation would give.
`;
}
