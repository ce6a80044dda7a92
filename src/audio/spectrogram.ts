import { findActivity } from './activity.js';
import { MEL_BANDS, type FrameFeatures } from './features.js';

/** The log-mel picture of an utterance, silence around it cut off. */
export interface Spectrogram {
  readonly frames: number;
  /** frames × MEL_BANDS, nats, as `FrameFeatures.logMel`. */
  readonly logMel: Float32Array;
  /** Mean of each band over the frames of speech, nats: the colour and level of this voice through this microphone. */
  readonly bandMean: Float32Array;
}

export function spectrogramOf(features: FrameFeatures): Spectrogram {
  const { from, to, active } = findActivity(features);
  const bandMean = new Float32Array(MEL_BANDS);
  for (const frame of active) {
    for (let band = 0; band < MEL_BANDS; band++) {
      bandMean[band] = (bandMean[band] ?? 0) + (features.logMel[frame * MEL_BANDS + band] ?? 0) / active.length;
    }
  }
  return { frames: to - from, logMel: features.logMel.slice(from * MEL_BANDS, to * MEL_BANDS), bandMean };
}
