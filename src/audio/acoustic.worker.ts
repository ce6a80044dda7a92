import { workerData } from 'piscina';
import { loadAcousticModel, type AcousticBackend, type VoiceReading } from './acoustic.model.js';
import type { SpeakerBaseline } from './speaker-baseline.js';

export interface AcousticWorkerData {
  readonly modelsDir: string;
  readonly name: string;
  readonly backend: AcousticBackend;
}

const { modelsDir, name, backend } = workerData as AcousticWorkerData;
const model = loadAcousticModel(modelsDir, name, backend);
// A model that cannot be loaded is reported by every task that needs it.
model.catch(() => undefined);

export interface VoiceTask {
  /** Mono at 16 kHz. */
  readonly samples: Float32Array;
  readonly baseline?: SpeakerBaseline;
}

/** Reads one utterance. */
export default async function readVoice({ samples, baseline }: VoiceTask): Promise<VoiceReading> {
  return (await model).read(samples, baseline);
}
