import type { AcousticService } from '../audio/acoustic.service.js';
import { emptyBaseline, withSpeech } from '../audio/speaker-baseline.js';
import { SAMPLE_RATE } from '../emotion/utterance.js';
import type { AnalyzedPart } from '../pipeline/analyze-file.js';
import type { Reading } from './inspect-tracks.js';
import { progressBar } from './progress.js';

/** The voice is read again whenever an utterance has grown by this, ms. */
const STEP_MS = 250;
/** As many as an utterance of a session can have; one that is longer, because its words were given, grows in longer steps. */
const MOST_STEPS = 120;
/** Each reading holds its own copy of the utterance so far. */
const AT_ONCE = 4;

/**
 * What interim results would say: each utterance from its start to one step further, and at last the whole. As in a session,
 * a voice is compared with what the utterances before have taught of the speaker.
 */
export async function readAlong(
  samples: Float32Array,
  utterances: readonly Pick<AnalyzedPart, 'utteranceId' | 'startMs' | 'endMs'>[],
  voice: Pick<AcousticService, 'read'>,
): Promise<Reading[]> {
  const readings: Reading[] = [];
  const bar = utterances.length > 1 ? progressBar('{bar} {value}/{total} utterances') : undefined;
  bar?.start(utterances.length, 0);
  let baseline = emptyBaseline();
  for (const { utteranceId, startMs, endMs } of utterances) {
    const ends = stepsOf(startMs, endMs);
    const read = (until: number): ReturnType<AcousticService['read']> => {
      const [from, to] = [startMs, until].map((ms) => Math.round((ms * SAMPLE_RATE) / 1000));
      const part = {
        id: utteranceId,
        startMs,
        endMs: until,
        endReason: 'forced',
        samples: samples.slice(from, to),
      } as const;
      return voice.read(part, { baseline });
    };
    const grown: Awaited<ReturnType<typeof read>>[] = [];
    while (grown.length < ends.length) {
      grown.push(...(await Promise.all(ends.slice(grown.length, grown.length + AT_ONCE).map(read))));
    }
    for (const [i, { evidence }] of grown.entries()) {
      if (evidence.status !== 'available') continue;
      readings.push({ utteranceId, sinceMs: ends[i - 1] ?? startMs, endMs: ends[i] ?? endMs, scores: evidence.scores });
    }
    const speech = grown.at(-1)?.speech;
    if (speech) baseline = withSpeech(baseline, speech);
    bar?.increment();
  }
  bar?.stop();
  return readings;
}

/** Where the readings of an utterance end, ms. */
function stepsOf(startMs: number, endMs: number): number[] {
  const stepMs = STEP_MS * Math.ceil((endMs - startMs) / (STEP_MS * MOST_STEPS));
  const count = Math.ceil((endMs - startMs) / stepMs);
  return Array.from({ length: count }, (_, i) => Math.min(endMs, startMs + (i + 1) * stepMs));
}
