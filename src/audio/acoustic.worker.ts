import { workerData } from 'piscina';
import type { Evidence } from '../emotion/evidence.js';
import { loadAcousticModel, type AcousticBackend } from './acoustic.model.js';

export interface AcousticWorkerData {
  readonly modelsDir: string;
  readonly name: string;
  readonly backend: AcousticBackend;
}

const { modelsDir, name, backend } = workerData as AcousticWorkerData;
const model = loadAcousticModel(modelsDir, name, backend);
// A model that cannot be loaded is reported by every task that needs it.
model.catch(() => undefined);

/** Reads one utterance: mono samples at 16 kHz. */
export default async function readVoice(samples: Float32Array): Promise<Evidence<'voice'>> {
  return (await model).read(samples);
}
