import type { FurtherModality, Modality } from '../emotion/evidence.js';
import type { FusedEmotion, Locale } from '../emotion/fused.js';
import type { Emit } from '../emotion/line-events.js';
import type { Correction, KeepResult, ResultCause } from '../emotion/record.js';
import type { FusionConfig } from '../fusion/config.js';
import { fuse } from '../fusion/fuse.js';
import { relabel } from '../fusion/relabel.js';
import { recordOf, resultId, type AnalyzedUtterance } from './analyze-utterance.js';
import { sameSpeech, sharedMs, type Span } from './waiting.js';

/** An utterance that has its result, as it stands now. */
export interface Finished {
  analyzed: AnalyzedUtterance;
  revision: number;
}

export interface FinishedPorts {
  readonly fusion: FusionConfig;
  /** The language of explanations now. */
  readonly locale: () => Locale;
  readonly emit: Emit;
  readonly keep: KeepResult;
  /** Another answer stands. */
  readonly onRevised: (analyzed: AnalyzedUtterance) => void;
}

type Revised = Exclude<ResultCause, 'analysis'>;

/** The last utterances of a session, so that what comes late can still revise their results. */
export class FinishedUtterances {
  private readonly all: Finished[] = [];

  /** `remembered`: so many are kept. */
  constructor(
    private readonly ports: FinishedPorts,
    private readonly remembered: number,
  ) {}

  add(analyzed: AnalyzedUtterance): void {
    this.all.push({ analyzed, revision: 1 });
    if (this.all.length > this.remembered) this.all.shift();
  }

  /** The one of the same speech that shares the most time with a span; `spoken`: and that had a voice. */
  closest(span: Span, { spoken = false } = {}): Finished | undefined {
    const shared = ({ analyzed }: Finished): number => sharedMs(analyzed.utterance, span);
    return this.all
      .filter(
        ({ analyzed: { utterance } }) => sameSpeech(utterance, span) && (!spoken || utterance.samples !== undefined),
      )
      .reduce<Finished | undefined>((best, one) => (best && shared(best) >= shared(one) ? best : one), undefined);
  }

  /** Answers anew by what is known now, tells it, and hands it over to be kept. `what`: the modalities that changed. */
  revise(
    done: Finished,
    known: Omit<AnalyzedUtterance, 'fused'>,
    what: readonly Modality[],
    cause: 'transcriptRevised' | 'evidenceAdded',
  ): void {
    const { fusion, locale, keep, onRevised } = this.ports;
    const { decision } = done.analyzed.fused;
    const words = known.transcript?.text;
    const read = fuse(known, { config: fusion, locale: locale(), ...(words === undefined ? {} : { words }) });
    // What a person said of it still stands.
    const fused = decision.by ? relabel(read, decision.label, fusion.abstain.noEvidenceBelow) : read;
    const before = done.analyzed.fused;
    done.analyzed = { ...known, fused };
    done.revision += 1;
    this.tell(known.utterance.id, done.revision, before, fused, what, cause);
    keep(recordOf(done.analyzed, { revision: done.revision, cause }));
    onRevised(done.analyzed);
  }

  /** Takes a person's correction in: later revisions count on from it. It is stored already. */
  correct({ utteranceId, revision, fused, cause }: Correction): void {
    const done = this.all.find(({ analyzed }) => analyzed.utterance.id === utteranceId);
    this.tell(utteranceId, revision, done?.analyzed.fused, fused, [], cause);
    if (!done) return;
    done.revision = revision;
    done.analyzed = { ...done.analyzed, fused };
    this.ports.onRevised(done.analyzed);
  }

  /** Consent for it is gone: what was read of it is forgotten. */
  forget(modality: FurtherModality): void {
    for (const done of this.all) done.analyzed = { ...done.analyzed, [modality]: undefined };
  }

  clear(): void {
    this.all.length = 0;
  }

  private tell(
    utteranceId: string,
    revision: number,
    before: FusedEmotion | undefined,
    fused: FusedEmotion,
    what: readonly Modality[],
    cause: Revised,
  ): void {
    const sameLabel = before?.decision.label === fused.decision.label;
    this.ports.emit('fusion.revised', {
      utteranceId,
      resultId: resultId(utteranceId, revision),
      revision,
      isFinal: true,
      ...fused,
      supersedes: resultId(utteranceId, revision - 1),
      changed: [...(sameLabel ? [] : ['label']), 'scores', ...what],
      cause,
    });
  }
}
