/** An answer as the review API tells it: the shapes of emotion/, as schemas that OpenAPI and any client can read. */
import { z } from 'zod';
import { MODALITIES, type Evidence, type FurtherEvidence, type Modality } from '../emotion/evidence.js';
import type { FusedEmotion } from '../emotion/fused.js';
import { RESULT_CAUSES } from '../emotion/record.js';
import { EMOTIONS } from '../emotion/scores.js';
import type { Transcript } from '../emotion/utterance.js';

export const EmotionSchema = z.enum(EMOTIONS);
export const ModalitySchema = z.enum(MODALITIES);
const share = z.number().min(0).max(1);
export const ScoresSchema = z.record(EmotionSchema, share);
const SomeScoresSchema = z.partialRecord(EmotionSchema, share);
/** In nats: any finite number. */
const LogScoresSchema = z.record(EmotionSchema, z.number());
export const DimensionsSchema = z.object({ valence: z.number(), arousal: z.number() });
const SpanSchema = z.tuple([z.number(), z.number()]);

const CueSchema = z.object({
  modality: ModalitySchema,
  name: z.string(),
  value: z.number().optional(),
  unit: z.enum(['sigma', 'speakerSigma']).optional(),
  quote: z.string().optional(),
  detail: z.string().optional(),
  toward: EmotionSchema,
  weight: z.number(),
  audioMs: SpanSchema.optional(),
  textSpan: SpanSchema.optional(),
});
export const WordedCueSchema = CueSchema.extend({ detail: z.string() });

const UNAVAILABLE = [
  'notProvided',
  'notConsented',
  'noSpeech',
  'tooShort',
  'modelUnavailable',
  'implausible',
  'empty',
  'unsupportedLanguage',
  'timeout',
  'failed',
] as const;
const ModelRefSchema = z.object({ name: z.string(), sha256: z.string() });

function evidenceSchema<M extends Modality, Q extends z.ZodType>(modality: M, quality: Q) {
  return z.discriminatedUnion('status', [
    z.object({ modality: z.literal(modality), status: z.literal('unavailable'), reason: z.enum(UNAVAILABLE) }),
    z.object({
      modality: z.literal(modality),
      status: z.literal('available'),
      scores: SomeScoresSchema,
      prior: SomeScoresSchema,
      perceived: SomeScoresSchema.optional(),
      wording: z.object({ expressiveness: share, dimensions: DimensionsSchema }).optional(),
      quality,
      reassures: z.literal(true).optional(),
      cues: z.array(CueSchema),
      model: ModelRefSchema,
    }),
  ]);
}
export const VoiceEvidenceSchema = evidenceSchema(
  'voice',
  z.object({ voicedMs: z.number(), snrDb: z.number(), clipping: z.number() }),
) satisfies z.ZodType<Evidence<'voice'>>;
export const TextEvidenceSchema = evidenceSchema(
  'text',
  z.object({ asrConfidence: z.number(), contentWords: z.number(), languageSupported: z.boolean() }),
) satisfies z.ZodType<Evidence<'text'>>;
const DeclaredSchema = z.object({ reliability: share });
/** Of a client's own models; left out where there is none, and once it is gone. */
export const FurtherEvidenceSchema = z.object({
  face: evidenceSchema('face', DeclaredSchema).optional(),
  physiology: evidenceSchema('physiology', DeclaredSchema).optional(),
  other: evidenceSchema('other', DeclaredSchema).optional(),
}) satisfies z.ZodType<FurtherEvidence>;

const IncongruentSideSchema = z.object({
  emotion: EmotionSchema,
  probability: share,
  audioMs: SpanSchema.optional(),
  textSpan: SpanSchema.optional(),
});
export const INCONGRUENCE_TYPES = [
  'positiveWordsNegativeVoice',
  'neutralWordsNegativeVoice',
  'negativeWordsPositiveVoice',
  'neutralWordsPositiveVoice',
  'negativeWordsNeutralVoice',
  'positiveWordsNeutralVoice',
  'sameValence',
] as const;
export const IncongruenceSchema = z.object({
  detected: z.boolean(),
  score: share,
  type: z.enum(INCONGRUENCE_TYPES).optional(),
  voice: IncongruentSideSchema.optional(),
  text: IncongruentSideSchema.optional(),
});

export const DecisionSchema = z.object({
  /** Null: it abstained, or the label was revoked. */
  label: EmotionSchema.nullable(),
  confidence: share,
  abstainReason: z.enum(['noEvidence', 'tooShort', 'lowQuality', 'ambiguous', 'revoked']).optional(),
  /** A person decided so; left out where the models did. */
  by: z.literal('person').optional(),
});

export const ReadingSchema = z.object({
  status: z.enum(['available', 'unavailable']),
  reason: z.enum(UNAVAILABLE).optional(),
  reliability: share,
  contribution: LogScoresSchema,
  top: EmotionSchema.nullable(),
  gates: z.array(z.object({ modality: ModalitySchema, signal: z.string(), value: z.number(), factor: z.number() })),
});

const CounterfactualSchema = z.object({ label: EmotionSchema, confidence: share }).nullable();
const ExplanationSchema = z.object({
  locale: z.enum(['en', 'zh']),
  short: z.string(),
  summary: z.string(),
  paragraph: z.string(),
  quote: z.string().optional(),
  cues: z.array(WordedCueSchema),
  counterfactual: z.object({
    withoutVoice: CounterfactualSchema,
    withoutText: CounterfactualSchema,
    withoutFace: CounterfactualSchema.optional(),
    withoutPhysiology: CounterfactualSchema.optional(),
    withoutOther: CounterfactualSchema.optional(),
    tippingPoints: z.array(z.object({ modality: ModalitySchema, reliability: share, label: EmotionSchema })),
  }),
  gates: z.array(z.string()),
});

/** One answer with everything that it rests on: what `fusion.result` tells. */
export const FusedSchema = z.object({
  decision: DecisionSchema,
  scores: ScoresSchema,
  logScores: LogScoresSchema,
  logPrior: LogScoresSchema,
  temperature: z.number(),
  predictionSet: z.array(EmotionSchema),
  coverage: share,
  dimensions: DimensionsSchema,
  modalities: z.object({
    voice: ReadingSchema,
    text: ReadingSchema,
    face: ReadingSchema.optional(),
    physiology: ReadingSchema.optional(),
    other: ReadingSchema.optional(),
  }),
  incongruence: IncongruenceSchema,
  explanation: ExplanationSchema,
  degraded: z.array(z.string()),
  models: z.partialRecord(z.enum([...MODALITIES, 'fusion', 'whisper']), ModelRefSchema),
}) satisfies z.ZodType<FusedEmotion>;

export const CauseSchema = z.enum(RESULT_CAUSES);

export const TranscriptSchema = z.object({
  text: z.string(),
  /** BCP 47, or `und`. */
  language: z.string(),
  confidence: share,
  words: z
    .array(z.object({ text: z.string(), startMs: z.number(), endMs: z.number(), confidence: share.optional() }))
    .optional(),
  source: z.enum(['whisper', 'client']),
}) satisfies z.ZodType<Transcript>;

/** How the session stood after one utterance, smoothed over time. */
export const TrajectoryPointSchema = z.object({
  utteranceId: z.string(),
  atMs: z.number(),
  valence: z.number(),
  arousal: z.number(),
  shares: ScoresSchema,
  volatility: z.number(),
  phase: z.enum(['steady', 'escalating', 'recovering']),
  since: z.number(),
  departure: z.object({ valence: z.number(), arousal: z.number(), sigma: z.number() }).nullable(),
});
