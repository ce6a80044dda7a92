import {
  entriesOf,
  furtherOf,
  isOwn,
  unavailable,
  type Evidence,
  type EvidenceSet,
  type FurtherEvidence,
  type UnavailableEvidence,
} from '../emotion/evidence.js';
import type { FusedEmotion, Locale } from '../emotion/fused.js';
import type { Emit } from '../emotion/line-events.js';
import { keepNothing, type KeepResult, type ResultRecord } from '../emotion/record.js';
import type { Transcript, Utterance } from '../emotion/utterance.js';
import type { FusionConfig } from '../fusion/config.js';
import { fuse } from '../fusion/fuse.js';
import { weightOf } from '../fusion/reliability.js';
import { toldEvidence } from '../fusion/told-evidence.js';
import { beginningWith } from '../text/transcript.js';

/** The experts of the line. Each always resolves: what it cannot say is `unavailable`, with the reason. */
export interface Experts {
  /** How it was said. */
  voice(utterance: Utterance): Promise<Evidence<'voice'>>;
  /** What was said: the client's words, or Whisper's. Of an utterance that is still spoken only where there is time. */
  transcribe(utterance: Utterance): Promise<Transcript | UnavailableEvidence<'text'>>;
  /** What the words mean. */
  text(transcript: Transcript): Promise<Evidence<'text'>>;
  /** What the client's own models said of it; asked once voice and words are read, so that it may come until then. */
  further?(utterance: Utterance): FurtherEvidence;
  /** What may still be used of what was read; asked right before each answer, since consent may go away at any moment. */
  readonly usable?: <K extends KnownUtterance>(known: K) => K;
  /** The numbers by which all become one answer. */
  readonly fusion: FusionConfig;
}

/** What was read of one utterance. */
export interface KnownUtterance extends EvidenceSet {
  readonly utterance: Utterance;
  /** Absent where nobody wrote the words down. */
  readonly transcript?: Transcript;
}

/** Everything that was found out about one utterance. */
export interface AnalyzedUtterance extends KnownUtterance {
  readonly fused: FusedEmotion;
}

/**
 * The whole product in one function: one utterance in, one explained emotion out.
 * Tells, in this order (PR4): `emotion.voice` and `transcript.final` → `emotion.text` as each is known, `emotion.further` where
 * the client has some, then `fusion.result`, then `utterance.end`; then hands everything over to be kept. Never rejects as long
 * as the experts don't.
 */
export async function analyzeUtterance(
  utterance: Utterance,
  experts: Experts,
  emit: Emit,
  locale: Locale = 'en',
  keep: KeepResult = keepNothing,
): Promise<AnalyzedUtterance> {
  const utteranceId = utterance.id;

  const [voice, { text, transcript }] = await Promise.all([
    hear(utterance, experts, emit, locale),
    read(utterance, experts, emit, locale),
  ]);
  const further = experts.further?.(utterance) ?? {};
  const known = { utterance, transcript, voice, text, ...further };
  for (const [modality, one] of entriesOf<Evidence>(known)) {
    if (!isOwn(modality))
      emit('emotion.further', { utteranceId, modality, isFinal: true, evidence: told(one, experts, locale) });
  }
  const analyzed = answer(known, experts, locale);

  emit('fusion.result', {
    utteranceId,
    resultId: resultId(utteranceId, 1),
    revision: 1,
    isFinal: true,
    ...analyzed.fused,
  });
  emit('utterance.end', { utteranceId, endMs: utterance.endMs, reason: utterance.endReason });
  keep(recordOf(analyzed, { revision: 1, cause: 'analysis' }));
  return analyzed;
}

/** One answer by what was read and may still be used. */
export function answer(
  read: KnownUtterance,
  { fusion, usable = (known) => known }: Pick<Experts, 'fusion' | 'usable'>,
  locale: Locale,
): AnalyzedUtterance {
  const known = usable(read);
  const words = known.transcript?.text;
  return { ...known, fused: fuse(known, { config: fusion, locale, ...(words === undefined ? {} : { words }) }) };
}

async function hear(utterance: Utterance, experts: Experts, emit: Emit, locale: Locale): Promise<Evidence<'voice'>> {
  if (!utterance.samples) return unavailable('voice', 'notProvided');
  const evidence = await experts.voice(utterance);
  const { id: utteranceId, startMs, endMs } = utterance;
  emit('emotion.voice', {
    utteranceId,
    isFinal: true,
    startMs,
    endMs,
    evidence: told(evidence, experts, locale),
  });
  return evidence;
}

async function read(utterance: Utterance, experts: Experts, emit: Emit, locale: Locale): Promise<Words> {
  const utteranceId = utterance.id;
  const words = await readWords(utterance, experts, (transcript) => {
    emit('transcript.final', { utteranceId, ...transcript });
  });
  emit('emotion.text', { utteranceId, isFinal: true, evidence: told(words.text, experts, locale) });
  return words;
}

/** What the words of an utterance are and mean; also how words that come late are read. */
export async function readWords(
  utterance: Utterance,
  experts: Pick<Experts, 'transcribe' | 'text'>,
  onTranscript?: (transcript: Transcript) => void,
): Promise<Words> {
  const heard = await experts.transcribe(utterance);
  if ('status' in heard) return { text: heard };
  const { stableText } = utterance;
  const transcript = stableText && heard.source === 'whisper' ? beginningWith(stableText, heard) : heard;
  onTranscript?.(transcript);
  return { text: await experts.text(transcript), transcript };
}

interface Words {
  readonly text: Evidence<'text'>;
  /** What was said; absent where nobody wrote it down. */
  readonly transcript?: Transcript;
}

/** Evidence as a client is told it: in words, with the reliability that the fusion will give it. */
export function told(evidence: Evidence, { fusion }: Pick<Experts, 'fusion'>, locale: Locale) {
  return toldEvidence(evidence, weightOf(evidence, fusion), locale);
}

/** Results are numbered within their utterance: `u3r1`, then `u3r2` when it is revised. */
export function resultId(utteranceId: string, revision: number): string {
  return `${utteranceId}r${revision}`;
}

/** What is kept of an utterance: everything but its sound. */
export function recordOf(
  { utterance, transcript, voice, text, fused, ...further }: AnalyzedUtterance,
  { revision, cause }: Pick<ResultRecord, 'revision' | 'cause'>,
): ResultRecord {
  const { id, startMs, endMs, endReason, ref } = utterance;
  return {
    utterance: { id, startMs, endMs, endReason, ...(ref === undefined ? {} : { ref }) },
    ...(transcript && { transcript }),
    voice,
    text,
    ...furtherOf(further),
    fused,
    resultId: resultId(id, revision),
    revision,
    cause,
  };
}
