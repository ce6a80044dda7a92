import type { Modality } from '../emotion/evidence.js';
import type { FusedEmotion, Locale } from '../emotion/fused.js';
import type { Emit } from '../emotion/line-events.js';
import type { Correction, KeepResult, ResultCause } from '../emotion/record.js';
import { relabel } from '../fusion/relabel.js';
import { answer, recordOf, resultId, type AnalyzedUtterance, type KnownUtterance } from './analyze-utterance.js';
import type { ConsentedExperts } from './consented-experts.js';
import { sameSpeech, sharedMs, type Span } from './waiting.js';

/** An utterance that has its result, as it stands now. */
export interface Finished {
  analyzed: AnalyzedUtterance;
  revision: number;
}

export interface FinishedPorts {
  readonly experts: Pick<ConsentedExperts, 'fusion' | 'usable'>;
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

  /** Only the reading is kept: no words beside the transcript, and never the audio. An empty array says that there was some. */
  add(analyzed: AnalyzedUtterance): void {
    const { utterance } = analyzed;
    const sound = utterance.samples && { samples: new Float32Array(0) };
    const remembered = { ...utterance, clientText: undefined, stableText: undefined, ...sound };
    this.all.push({ analyzed: { ...analyzed, utterance: remembered }, revision: 1 });
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
    known: KnownUtterance,
    what: readonly Modality[],
    cause: 'transcriptRevised' | 'evidenceAdded',
  ): void {
    const { experts, locale, keep, onRevised } = this.ports;
    const before = done.analyzed.fused;
    const { by, label } = before.decision;
    const read = answer(known, experts, locale());
    // What a person said of it still stands.
    const fused = by ? relabel(read.fused, label, experts.fusion.abstain.noEvidenceBelow) : read.fused;
    done.analyzed = { ...read, fused };
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

  /** Forgets what was read and may no longer be used. */
  forget(): void {
    for (const done of this.all) done.analyzed = this.ports.experts.usable(done.analyzed);
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
