import { loadVad, type VadResult, type VadState } from './vad.model.js';

export interface VadTask {
  readonly windows: Float32Array;
  readonly state: VadState;
}

const model = loadVad();

/** One stretch of windows of any session. */
export default async function detectVoice(task: VadTask): Promise<VadResult> {
  return (await model).run(task.windows, task.state);
}
