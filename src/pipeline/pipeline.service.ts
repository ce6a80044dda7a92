import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { AcousticService } from '../audio/acoustic.service.js';
import type { DecodeService } from '../audio/decode.service.js';
import { refOf, withHead, type HeadMode } from '../audio/second-voice.js';
import { DEFAULT_SEGMENTER } from '../audio/segmenter.js';
import { emptyBaseline, withSpeech } from '../audio/speaker-baseline.js';
import type { VadService } from '../audio/vad.service.js';
import { VoiceStream } from '../audio/voice-stream.js';
import { loadWhisperHead, type WhisperHead } from '../audio/whisper-head.js';
import { messageOf, type WireError } from '../common/errors.js';
import type { Modality } from '../emotion/evidence.js';
import type { FusedEmotion } from '../emotion/fused.js';
import type { Emit } from '../emotion/line-events.js';
import type { KeepResult } from '../emotion/record.js';
import { EarlierWords } from '../text/earlier-words.js';
import type { TextService } from '../text/text.service.js';
import type { FusionConfig } from '../fusion/config.js';
import type { Causes } from './causes.service.js';
import { HouseRules, type Chosen } from './house-rules.js';
import { inLabels } from './in-labels.js';
import { analyzeFile, type FileAnalysis, type FileRequest } from './analyze-file.js';
import type { Experts } from './analyze-utterance.js';
import { loadFusion, unmeasured } from './load-fusion.js';
import { redactedResult } from './redacted-result.js';
import { LiveSession, type OpenOptions } from './live-session.js';
import { OnePass } from './one-pass.js';

/** Interim voice results come this often unless the client says otherwise, ms. */
const INTERIM_MS = 1_000;

export interface PipelineOptions {
  /** Clean the sound with RNNoise first. */
  readonly denoise: boolean;
  /** Words of the session that Whisper gets as context; 0 for none. */
  readonly promptWords: number;
  readonly modelsDir: string;
  /** A head on Whisper's encoder, by its name in the manifest: does it join the acoustic model, or take its place? */
  readonly head?: { readonly mode: HeadMode; readonly model: string };
  /** Name of the fusion in the manifest. */
  readonly fusion: string;
  /** File of label profiles. */
  readonly labelProfiles: string;
  /** Alert rules where a session names none: a preset, a file, or `off`. */
  readonly alertRules: string;
  /** The language model that names causes, where one is configured. */
  readonly causes?: Causes;
}

/** Opens sessions on the line: the only place where audio, text and fusion are put together. */
@Injectable()
export class PipelineService implements OnModuleInit {
  private readonly log = new Logger('Fusion');
  private fusion: FusionConfig | undefined;
  /** Heard once it is known to belong to the Whisper that is there. */
  private head: { readonly mode: HeadMode; readonly model: WhisperHead } | undefined;
  private houseRules: HouseRules | undefined;
  readonly maxUtteranceMs = DEFAULT_SEGMENTER.maxUtteranceMs;

  constructor(
    private readonly acoustic: AcousticService,
    private readonly words: TextService,
    private readonly vad: VadService,
    private readonly files: DecodeService,
    private readonly options: PipelineOptions,
  ) {}

  /** The shipped models must work, or the server does not start; Whisper may come later or never. */
  async onModuleInit(): Promise<void> {
    this.houseRules = await HouseRules.load(this.options.labelProfiles, this.options.alertRules);
    // All of them settle first: a thread that is stopped while it loads a network takes the process down.
    const { modelsDir, head } = this.options;
    const fusion = loadFusion(modelsDir, this.options.fusion);
    const ready = [this.vad.warmUp(), this.acoustic.ready(), this.words.start()];
    const loaded = head && loadWhisperHead(modelsDir, head.model);
    const started = await Promise.allSettled([fusion, loaded, ...ready]);
    for (const one of started) if (one.status === 'rejected') throw one.reason;
    this.fusion = await fusion;
    for (const line of unmeasured(this.fusion, this.models())) this.log.warn(line);
    const model = await loaded;
    if (!model || !head) return;
    void this.words.whisperReady().then(() => {
      this.admit({ mode: head.mode, model });
    });
  }

  /** Whisper may come later, or be another one than the head was trained on: then the acoustic model goes on alone. */
  private admit(head: NonNullable<typeof this.head>): void {
    const whisper = this.words.whisperStatus();
    if (whisper.status !== 'ready') {
      this.log.error(
        `${head.model.ref.name} is not used: there is no Whisper to hear through. The acoustic model goes on alone.`,
      );
      return;
    }
    try {
      head.model.assertFits(whisper.encoder, whisper.ref.name);
    } catch (error) {
      this.log.error(`${messageOf(error)} Until then the acoustic model goes on alone.`);
      return;
    }
    this.head = head;
    if (this.fusion) for (const line of unmeasured(this.fusion, { voice: this.models().voice })) this.log.warn(line);
  }

  /** What a session goes by. @throws WireError `configInvalid` for names that are not known */
  choose(names: Parameters<HouseRules['choose']>[0]): Chosen {
    return this.house().choose(names);
  }

  private house(): HouseRules {
    if (!this.houseRules) throw new Error('the pipeline has not started');
    return this.houseRules;
  }

  async open(
    options: OpenOptions,
    client: Emit<string>,
    onAudioError: (error: WireError) => void,
    keep?: KeepResult,
  ): Promise<LiveSession> {
    const { audio, modalities, language, tuning, locale = 'en', profile, rules = [] } = options;
    const experts = this.experts(language);
    const emit: Emit = profile ? inLabels(client, profile, experts.fusion.abstain) : client;
    const ear =
      audio &&
      (await VoiceStream.create({
        format: audio,
        denoise: this.options.denoise,
        segmenter: { interimIntervalMs: INTERIM_MS, ...tuning },
        detect: this.vad.detect,
        onEvent: (event) => {
          session.hear(event);
        },
      }));
    const advice = () => this.transcriptionAdvice();
    const session = new LiveSession(
      {
        modalities,
        language,
        locale,
        rules,
        ...(profile && { profile }),
        ...(options.keepAudio && { keepAudio: options.keepAudio }),
        ...(options.causes && this.options.causes && { askCauses: this.options.causes.ask }),
        transcriptionAdvice: advice,
        idle: () => this.acoustic.idle,
      },
      ear,
      experts,
      emit,
      onAudioError,
      keep && this.redacting(keep),
    );
    return session;
  }

  /** A modality that weighs less says nothing. */
  get silentBelow(): number {
    if (!this.fusion) throw new Error('the pipeline has not started');
    return this.fusion.abstain.noEvidenceBelow;
  }

  /** A whole file or text, through the very same session. */
  analyze(
    request: FileRequest & { readonly profile?: undefined },
    signal?: AbortSignal,
    keep?: KeepResult,
  ): Promise<FileAnalysis>;
  analyze(request: FileRequest, signal?: AbortSignal, keep?: KeepResult): Promise<FileAnalysis<string>>;
  analyze(request: FileRequest, signal?: AbortSignal, keep?: KeepResult): Promise<FileAnalysis<string>> {
    const ports = {
      open: (options: OpenOptions, emit: Emit<string>, onError: (error: WireError) => void) =>
        this.open(options, emit, onError, keep),
      ...(keep && { keep: this.redacting(keep) }),
      experts: this.experts(request.language),
      decode: (bytes: Uint8Array) => this.files.decode(bytes),
    };
    return analyzeFile(request, ports, signal);
  }

  models(): FusedEmotion['models'] {
    const acoustic = this.acoustic.info();
    const voice = acoustic && this.head ? refOf(acoustic, this.head.model.ref, this.head.mode) : acoustic;
    const { sentiment, whisper } = this.words.info();
    return {
      ...(voice ? { voice: { name: voice.name, sha256: voice.sha256 } } : {}),
      text: sentiment.ref,
      ...(this.fusion ? { fusion: this.fusion.ref } : {}),
      ...(whisper.status === 'ready' ? { whisper: whisper.ref } : {}),
    };
  }

  transcription(): 'ready' | 'loading' | 'unavailable' {
    return this.words.whisperStatus().status;
  }

  /** What is missing and how to install it; no paths, no addresses of this machine. */
  transcriptionAdvice(): string {
    const whisper = this.words.whisperStatus();
    return whisper.status === 'unavailable'
      ? `No words can be written down: ${whisper.reason}. ${whisper.howTo} Voice and text that the client supplies go on.`
      : 'Transcription is still loading; voice and text that the client supplies go on.';
  }

  /** Says once that words cannot be written down (PR12). */
  adviseTranscription(session: LiveSession | undefined, modalities: readonly Modality[]): void {
    if (session && modalities.includes('text') && this.transcription() === 'unavailable') {
      session.warn('transcriptionUnavailable', this.transcriptionAdvice());
    }
  }

  /** What is handed over to be kept holds nothing personal that rules can find (PV12). */
  private redacting(keep: KeepResult): KeepResult {
    const { fusion } = this;
    if (!fusion) throw new Error('the pipeline has not started');
    return (result) => {
      keep(redactedResult(result, fusion));
    };
  }

  /** The experts of one session. They get used to the speaker and the subject; what they learnt ends with the session. */
  private experts(language: string): Experts {
    let baseline = emptyBaseline();
    const { fusion } = this;
    if (!fusion) throw new Error('the pipeline has not started');
    const earlier = new EarlierWords(this.options.promptWords);
    const pass = new OnePass((utterance, wanted) =>
      this.words.hear(utterance, wanted, { language, prompt: earlier.prompt }),
    );
    return {
      fusion,
      voice: async (utterance) => {
        // Interim readings are the acoustic model's: Whisper is for the words while somebody speaks.
        const head = utterance.interim ? undefined : this.head;
        const [{ evidence, speech }, states] = await Promise.all([
          this.acoustic.read(utterance, { baseline }),
          head && pass.states(utterance),
        ]);
        if (speech && !utterance.interim) baseline = withSpeech(baseline, speech);
        if (!head || !states || evidence.status === 'unavailable') return evidence;
        return withHead(evidence, head.model.read(states), head.model.ref, head.mode);
      },
      transcribe: async (utterance) => {
        const heard = await pass.words(utterance);
        if (!utterance.interim) earlier.add(heard);
        return heard;
      },
      text: (transcript) => this.words.read(transcript),
    };
  }
}
