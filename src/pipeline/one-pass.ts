import type { Utterance } from '../emotion/utterance.js';
import type { HearOutcome, HearWanted } from '../text/text.service.js';

type Want = keyof HearWanted;

interface Pass {
  readonly wanted: Record<Want, boolean>;
  begun: boolean;
  readonly outcome: Promise<HearOutcome>;
}

/**
 * One pass of Whisper's encoder for two experts: the one of the words and the one of the voice ask each for itself, and only those whose
 * modality may be looked at ask at all. Both ask in the same turn of the event loop, so what is wanted is known when it ends.
 */
export class OnePass {
  private readonly passes = new WeakMap<Utterance, Pass>();

  constructor(private readonly hear: (utterance: Utterance, wanted: HearWanted) => Promise<HearOutcome>) {}

  async words(utterance: Utterance): Promise<HearOutcome['words']> {
    return (await this.of(utterance, 'words')).words;
  }

  /** The pooled states of the encoder; undefined where Whisper cannot give them now. */
  async states(utterance: Utterance): Promise<HearOutcome['states']> {
    return (await this.of(utterance, 'states')).states;
  }

  private of(utterance: Utterance, want: Want): Promise<HearOutcome> {
    let pass = this.passes.get(utterance);
    if (!pass || (pass.begun && !pass.wanted[want])) pass = this.begin(utterance);
    pass.wanted[want] = true;
    return pass.outcome;
  }

  private begin(utterance: Utterance): Pass {
    const wanted = { words: false, states: false };
    const outcome = Promise.resolve().then(() => {
      pass.begun = true;
      return this.hear(utterance, wanted);
    });
    const pass: Pass = { wanted, begun: false, outcome };
    this.passes.set(utterance, pass);
    return pass;
  }
}
