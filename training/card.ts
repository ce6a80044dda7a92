import { CORPORA } from './corpora.js';
import type { Figures } from './metrics.js';
import { figuresToMarkdown } from './report.js';

/** A table of figures: overall, then by corpus. */
export type FigureRows = readonly (readonly [title: string, figures: Figures])[];

export interface CardFacts {
  readonly name: string;
  readonly licence: string;
  readonly command: string;
  readonly commit: string;
  readonly date: string;
  readonly machine: string;
  readonly labels: readonly string[];
  readonly corpora: readonly { readonly name: string; readonly clips: number; readonly speakers: number }[];
  readonly heldOutSpeakers: readonly string[];
  readonly seed: number;
  readonly folds: number;
  readonly temperature: number;
  readonly bytes: number;
  readonly heldOut: FigureRows;
  readonly blog: FigureRows;
  readonly outOfFold: FigureRows;
}

/** The CARD.md of an acoustic model. Every number in it was measured by the training that wrote it. */
export function cardOf(facts: CardFacts): string {
  const speakers = facts.corpora.reduce((sum, c) => sum + c.speakers, 0);
  const withCremaD = facts.corpora.some((c) => c.name === 'cremad');
  const languages = [...new Set(facts.corpora.map(({ name }) => CORPORA[name]?.language ?? 'unknown'))];
  const corpusRows = facts.corpora.map(({ name, clips, speakers: n }) => {
    const known = CORPORA[name];
    return `| ${known?.title ?? name} | ${known?.language ?? 'unknown'} | ${clips} | ${n} | ${known?.licence ?? 'unknown'} |`;
  });
  return `# ${facts.name}

Reads one of ${facts.labels.length} emotions (${facts.labels.join(', ')}) from the sound of an utterance, whatever the words.

${facts.folds} small dense networks, one per fold of the training speakers, over functionals of the voice (statistics of pitch, level, tempo,
spectrum and voice quality below 4 kHz; the recording's absolute level is left out). Their logits are averaged and divided by a
temperature of ${facts.temperature.toFixed(3)}, which was fitted on what each network said of the speakers it had not heard. ${(facts.bytes / 1e6).toFixed(1)} MB.

**Licence of the weights: ${facts.licence}.**${withCremaD ? '\nContains information from CREMA-D, available under ODbL 1.0.' : ''}

## Trained on

| corpus | language | clips | speakers | licence |
| --- | --- | --- | --- | --- |
${corpusRows.join('\n')}

Of these ${speakers} speakers, ${facts.heldOutSpeakers.length} were held out of everything, to measure: ${facts.heldOutSpeakers.join(', ')}.
No speaker is on two sides of a split; the training asserts it. Seed ${facts.seed}.

## Figures

**On the held-out speakers** (heard by no part of the model):

${figuresToMarkdown(facts.heldOut)}

**The blog recipe on the same clips** (mean of 40 MFCCs, random forest of 200 trees, trained on the same speakers and measured on the same):

${figuresToMarkdown(facts.blog)}

**On the training speakers, each clip read by the one member that had not heard its speaker.** One member is weaker than the committee;
the ECE is after the temperature, which was fitted on these very answers:

${figuresToMarkdown(facts.outOfFold)}

Made by \`${facts.command}\` at commit ${facts.commit} on ${facts.date}, ${facts.machine}.
UAR is the mean recall over the emotions present; ECE has 15 bins.

## Use

Meant for: a first estimate of the emotion that an adult *expresses* in an utterance of about one to ten seconds, together with the
words, with a person who knows that it is one. People who listen to such clips agree with the actor in 41 % of CREMA-D's cases; a model
is not an oracle either.

Not meant for: deciding about a person; work or school, where the EU forbids it; health; children; finding out what someone *feels*.

## Limits

- Actors played these emotions. Spontaneous speech is milder, and figures on it will be lower.
- It heard ${languages.join(', ')}, most of it English. In another language expect much less, least for disgust and surprise.
- Fear is often heard as sadness, sadness and neutral as each other, happiness as anger and the other way round.
- Under 200 ms of voice it says nothing. It was not trained on noise, music or several people at once.
- The population's usual voice is the yardstick, so an unusually high or low voice shifts the reading.
`;
}
