import { toS16Bytes } from '../audio/pcm.js';
import type { UtteranceInterim } from '../audio/segmenter.js';
import type { VoiceEvent, VoiceStream } from '../audio/voice-stream.js';
import { WireError } from '../common/errors.js';
import { SerialQueue } from '../common/serial-queue.js';
import { isOwn, type Modality } from '../emotion/evidence.js';
import type { Locale } from '../emotion/fused.js';
import type { Emit, WarningCode } from '../emotion/line-events.js';
import { keepNothing, type Correction, type KeepAudio, type KeepResult } from '../emotion/record.js';
import type { AudioFormat, EndReason, Utterance } from '../emotion/utterance.js';
import type { AlertRule } from '../fusion/alert-rules.js';
import { messagesOf } from '../fusion/locales.js';
import type { LabelProfile } from '../fusion/profile.js';
import { withdrawnFrom } from '../privacy/consent.js';
import { analyzeUtterance, readWords, told, type AnalyzedUtterance, type Experts } from './analyze-utterance.js';
import type { AskCauses } from './causes.service.js';
import { Conversation } from './conversation.js';
import { Course } from './course.js';
import { ClientWords, type ClientText, type TimedWords } from './client-words.js';
import { consented, type ConsentedExperts } from './consented-experts.js';
import { FinishedUtterances } from './finished.js';
import { assertPermitted, FurtherReadings, UNMATCHED, type ClientReading } from './further-readings.js';
import { LiveWords } from './live-words.js';

export interface Tuning {
  readonly minSilenceMs?: number;
  readonly maxUtteranceMs?: number;
  readonly preRollMs?: number;
  /** 0 switches interim results off. */
  readonly interimIntervalMs?: number;
}

/** What a client may ask of a session; the rest the service adds. */
export interface OpenOptions {
  readonly modalities: readonly Modality[];
  readonly language: string;
  readonly audio?: AudioFormat;
  readonly tuning?: Tuning;
  readonly locale?: Locale;
  /** A business's own labels, and what it wants to be alerted of. */
  readonly profile?: LabelProfile;
  readonly rules?: readonly AlertRule[];
  /** Takes the sound of utterances; left out where it may not be kept. */
  readonly keepAudio?: KeepAudio;
  /** The consent covers that a language model is asked for causes. */
  readonly causes?: boolean;
}

export interface LiveSessionOptions {
  /** Modalities that were asked for *and* consented to. */
  readonly modalities: readonly Modality[];
  /** BCP 47 or `auto`. */
  readonly language: string;
  /** The language of explanations. */
  readonly locale?: Locale;
  readonly profile?: LabelProfile;
  readonly rules?: readonly AlertRule[];
  /** Takes the sound of an utterance that was analysed, where the consent lets it be kept. */
  readonly keepAudio?: KeepAudio;
  /** Asks a language model for causes, where one is configured and the consent covers it. */
  readonly askCauses?: AskCauses;
  /** What to tell a client whose words cannot be written down. */
  readonly transcriptionAdvice: () => string;
  /** Is there time for interim readings? They are the first thing to go under load. */
  readonly idle: () => boolean;
}

/** Finished utterances kept so that what comes late can still revise the result. */
const REMEMBERED = 16;
/** Typed messages that may wait for analysis. */
const MAX_WAITING_TEXTS = 50;
/** Readings of the client's own models that may wait for their utterance, and for how long after their end, ms of audio. */
const MAX_WAITING_READINGS = 200;
const READING_WAITS_MS = 60_000;

/**
 * One consented conversation: audio and words in, events out. Utterances are analysed one at a time, in order.
 * Every method returns at once; what it starts is told through `emit`.
 */
export class LiveSession {
  private readonly queue = new SerialQueue();
  private readonly permitted: Set<Modality>;
  private readonly words = new ClientWords(REMEMBERED);
  private readonly further = new FurtherReadings(REMEMBERED);
  private readonly finished: FinishedUtterances;
  private readonly warned = new Set<WarningCode>();
  private readonly experts: ConsentedExperts;
  private readonly liveWords: LiveWords;
  private readonly course: Course;
  private readonly conversation: Conversation | undefined;
  private count = 0;
  /** The utterance being spoken. */
  private open: { id: string; startMs: number } | undefined;
  private readingInterim = false;
  /** The client tells the words of its audio itself: nobody needs to see Whisper's while they are spoken. */
  private clientTranscribes = false;
  private waitingMs = 0;
  /** Readings came that may be late; they are looked at in their turn. */
  private joining = false;
  /** The language of explanations, from the next result on. */
  locale: Locale;

  constructor(
    private readonly options: LiveSessionOptions,
    /** What cuts the audio into utterances; undefined for a session without audio. Its events go to `hear`. */
    private readonly ear: VoiceStream | undefined,
    experts: Experts,
    private readonly emit: Emit,
    /** An audio fault found only while decoding; PCM faults are thrown by `pushAudio`. */
    private readonly onAudioError: (error: WireError) => void,
    private readonly keep: KeepResult = keepNothing,
  ) {
    this.permitted = new Set(options.modalities);
    this.locale = options.locale ?? 'en';
    this.experts = { ...consented(experts, this.permitted), further: (utterance) => this.further.of(utterance) };
    const wanted = () => this.permitted.has('text') && !this.clientTranscribes;
    const { profile, rules = [] } = options;
    this.course = new Course(
      {
        rules,
        ...(profile && { profile }),
        limits: experts.fusion.abstain,
        revisable: REMEMBERED,
        messages: () => messagesOf(this.locale, profile?.names[this.locale]),
      },
      emit,
    );
    this.finished = new FinishedUtterances(
      {
        experts: this.experts,
        locale: () => this.locale,
        emit,
        keep,
        onRevised: (analyzed) => {
          this.takeCourse(analyzed);
        },
      },
      REMEMBERED,
    );
    this.conversation = options.askCauses && new Conversation(options.askCauses, emit);
    this.liveWords = new LiveWords((utterance) => this.experts.transcribe(utterance), wanted, emit);
  }

  get receivedMs(): number {
    return this.ear?.receivedMs ?? 0;
  }

  /** Audio that came in and has no result yet, ms: not yet through the ear, or waiting for analysis. */
  get bufferedMs(): number {
    return (this.ear?.bufferedMs ?? 0) + this.waitingMs;
  }

  get utterances(): number {
    return this.count;
  }

  /** @throws WireError when the session has no audio or the bytes are not of the declared format. */
  pushAudio(bytes: Uint8Array): void {
    if (!this.ear)
      throw new WireError('configInvalid', 'This session has no audio: declare `audio` in session.start.', {
        param: 'audio',
      });
    if (this.permitted.size === 0)
      throw new WireError('consentRequired', 'Consent was withdrawn; audio is no longer accepted.');
    this.ear.push(bytes);
  }

  /** @throws WireError without consent for text, or when too many messages wait. */
  pushText(input: ClientText): void {
    if (!this.permitted.has('text')) {
      throw new WireError('consentRequired', 'There is no consent for text in this session.', { param: 'modality' });
    }
    if (this.words.size + this.queue.size >= MAX_WAITING_TEXTS) {
      throw new WireError('rateLimited', 'Too many messages wait; send more when results have come.', {
        retryAfterMs: 1_000,
      });
    }
    const { startMs, endMs } = input;
    if (startMs === undefined || endMs === undefined || !this.ear) {
      this.addMessage(input);
      return;
    }
    this.clientTranscribes = true;
    void this.queue.add(() => this.place({ ...input, startMs, endMs }));
  }

  /**
   * A reading of the client's own model: it takes part in the utterance whose time it shares, or revises it.
   * @throws WireError without consent for its modality, without audio whose time it could share, or when too many wait.
   */
  pushReading(reading: ClientReading): void {
    assertPermitted(this.permitted, reading);
    if (!this.ear) {
      throw new WireError(
        'configInvalid',
        'Evidence goes by the time of the audio: declare `audio` in session.start.',
        {
          param: 'audio',
        },
      );
    }
    if (this.further.size >= MAX_WAITING_READINGS) {
      throw new WireError('rateLimited', 'Too many readings wait for their utterance; send fewer, or longer ones.', {
        retryAfterMs: 1_000,
      });
    }
    this.further.add(reading);
    if (this.joining) return;
    this.joining = true;
    void this.queue.add(() => {
      this.joining = false;
      this.joinLate();
      return Promise.resolve();
    });
  }

  forceEnd(): void {
    this.ear?.forceEnd();
  }

  configure(tuning: Tuning): void {
    this.ear?.update(tuning);
  }

  /** Takes effect at once: nothing that was buffered for a withdrawn modality is looked at any more. */
  withdraw(modality?: Modality): { readonly remaining: readonly Modality[] } {
    for (const gone of withdrawnFrom(this.permitted, modality ? [modality] : [...this.permitted])) {
      if (isOwn(gone)) this.conversation?.forget(gone);
      else this.further.forget(gone);
      if (gone === 'text') this.forgetWords();
    }
    this.finished.forget();
    if (this.permitted.size === 0) {
      this.ear?.drop();
      if (this.open) this.close(this.open, { endMs: this.ear?.processedMs ?? this.open.startMs, reason: 'forced' });
    }
    return { remaining: [...this.permitted] };
  }

  private forgetWords(): void {
    this.words.clear();
    this.liveWords.end();
    // Their explanations quote what was said; words that come late are no longer taken.
    this.finished.clear();
  }

  /** Drains: what was already said or typed still gets its result. */
  async end(): Promise<void> {
    await this.ear?.end();
    await this.queue.idle();
    for (const words of this.words.takeStale(Infinity)) this.addMessage(words);
    await this.queue.idle();
    this.dropReadings(Infinity);
    this.conversation?.close();
  }

  /** Stops without results. */
  abort(): void {
    this.permitted.clear();
    this.conversation?.close();
    this.words.clear();
    this.further.clear();
    this.ear?.drop();
  }

  /** Takes the ear's events, in order. */
  hear(event: VoiceEvent): void {
    switch (event.type) {
      case 'start':
        this.open = { id: this.nextId(), startMs: event.startMs };
        this.emit('utterance.start', { utteranceId: this.open.id, startMs: event.startMs });
        this.liveWords.begin(this.open);
        return;
      case 'interim':
        void this.readInterim(event);
        void this.liveWords.hear(event);
        return;
      case 'end':
        if (this.open) this.close(this.open, event);
        return;
      case 'warning':
        this.warn(event.code, event.message);
        return;
      case 'error':
        this.onAudioError(event.error);
    }
  }

  private close(
    open: { id: string; startMs: number },
    end: { endMs: number; reason: EndReason; samples?: Float32Array; startMs?: number },
  ): void {
    this.open = undefined;
    const stableText = this.liveWords.end();
    const utterance = {
      id: open.id,
      startMs: end.startMs ?? open.startMs,
      endMs: end.endMs,
      endReason: end.reason,
      ...(end.samples ? { samples: end.samples } : {}),
      ...(stableText ? { stableText } : {}),
    };
    const length = utterance.endMs - utterance.startMs;
    this.waitingMs += length;
    void this.queue.add(async () => {
      const clientText = this.words.of(utterance);
      for (const stale of this.words.takeStale(utterance.startMs)) this.addMessage(stale);
      await this.analyze({ ...utterance, ...(clientText ? { clientText } : {}) });
      this.waitingMs -= length;
      this.joinLate();
    });
  }

  /** A typed message, or words that belong to no utterance: an utterance of its own, without voice. */
  private addMessage(input: ClientText): void {
    const at = this.ear?.processedMs ?? 0;
    const { startMs = at, endMs = at, text, language, ref } = input;
    const id = this.nextId();
    this.emit('utterance.start', { utteranceId: id, startMs, ...(ref === undefined ? {} : { ref }) });
    const clientText = { text, ...(language ? { language } : {}) };
    void this.queue.add(() =>
      this.analyze({ id, startMs, endMs, endReason: 'forced', clientText, ...(ref === undefined ? {} : { ref }) }),
    );
  }

  /** Words with a time: they revise a finished utterance, or wait for the one they belong to. */
  private async place(words: TimedWords): Promise<void> {
    if (!this.permitted.has('text')) return;
    this.words.add(words);
    const done = this.finished.closest(words, { spoken: true });
    if (!done) return;
    const { utterance } = done.analyzed;
    const clientText = this.words.of(utterance);
    const { text, transcript } = await readWords({ ...utterance, ...(clientText && { clientText }) }, this.experts);
    // Withdrawn meanwhile: the answer stays as it was told.
    if (!this.permitted.has('text')) return;
    const { voice } = done.analyzed;
    const known = { utterance, transcript, voice, text, ...this.further.of(utterance) };
    this.finished.revise(done, known, ['text'], 'transcriptRevised');
  }

  /** Readings that came after their utterance was decided revise it; those that had their time are given up. */
  private joinLate(): void {
    for (const [done, modalities] of this.further.joinLate((span) => this.finished.closest(span))) {
      const { utterance, transcript, voice, text } = done.analyzed;
      const known = { utterance, transcript, voice, text, ...this.further.of(utterance) };
      this.finished.revise(done, known, modalities, 'evidenceAdded');
    }
    this.dropReadings(Math.min(this.ear?.processedMs ?? 0, this.open?.startMs ?? Infinity) - READING_WAITS_MS);
  }

  private dropReadings(beforeMs: number): void {
    if (this.further.dropStale(beforeMs)) this.warn(UNMATCHED.code, UNMATCHED.message);
  }

  private async analyze(utterance: Utterance): Promise<void> {
    const analyzed = await analyzeUtterance(utterance, this.experts, this.emit, this.locale, this.keep);
    const { id, samples } = utterance;
    // After the answer was told; what was withdrawn meanwhile is not kept.
    if (samples && this.permitted.has('voice')) this.options.keepAudio?.(id, toS16Bytes(samples));
    this.finished.add(analyzed);
    this.warnOf(analyzed);
    this.takeCourse(analyzed);
    if (this.permitted.has('text')) this.conversation?.take(analyzed, this.locale);
  }

  /** After everything was withdrawn nothing more is derived. */
  private takeCourse({ utterance, fused }: AnalyzedUtterance): void {
    if (this.permitted.size > 0) this.course.take(utterance.id, utterance.endMs, fused);
  }

  /** Takes a person's correction in, in its turn. It is stored already. */
  correct(correction: Correction): void {
    void this.queue.add(() => {
      this.finished.correct(correction);
      return Promise.resolve();
    });
  }

  /** Interim readings are skipped, never queued, and never told after the utterance has ended. */
  private async readInterim(event: UtteranceInterim): Promise<void> {
    const open = this.open;
    if (!open || this.readingInterim || !this.permitted.has('voice') || !this.options.idle()) return;
    this.readingInterim = true;
    const { startMs, endMs, samples } = event;
    const evidence = await this.experts.voice({
      id: open.id,
      startMs,
      endMs,
      endReason: 'forced',
      samples,
      interim: true,
    });
    this.readingInterim = false;
    if (this.open !== open) return;
    this.emit('emotion.voice', {
      utteranceId: open.id,
      isFinal: false,
      startMs,
      endMs,
      evidence: told(evidence, this.experts, this.locale),
    });
  }

  private warnOf({ text }: AnalyzedUtterance): void {
    if (text.status === 'unavailable' && text.reason === 'modelUnavailable') {
      this.warn('transcriptionUnavailable', this.options.transcriptionAdvice());
    }
    if (text.status === 'unavailable' && text.reason === 'unsupportedLanguage') {
      this.warn('languageMismatch', 'The text model does not read this language; the voice decides alone.');
    }
  }

  /** Each warning once a session: a warning is news, not a meter. */
  warn(code: WarningCode, message: string): void {
    if (this.warned.has(code)) return;
    this.warned.add(code);
    this.emit('warning', { code, message });
  }

  private nextId(): string {
    this.count += 1;
    return `u${this.count}`;
  }
}
