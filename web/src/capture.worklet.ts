/**
 * The audio thread's end of the microphone: gathers the 128-sample blocks of the browser into frames of about 32 ms,
 * mono, 16 bit, and posts each to the page.
 */
import { mixDown, toPcm16 } from './pcm.js';

// The audio thread's globals, which lib.dom does not declare.
declare const sampleRate: number;
declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const FRAME_MS = 32;

class Capture extends AudioWorkletProcessor {
  private readonly frame = new Float32Array(Math.round((sampleRate * FRAME_MS) / 1000));
  private filled = 0;

  process(inputs: Float32Array[][]): boolean {
    const block = mixDown(inputs[0] ?? []);
    for (const sample of block) {
      this.frame[this.filled++] = sample;
      if (this.filled === this.frame.length) {
        const pcm = toPcm16(this.frame);
        this.port.postMessage(pcm, [pcm.buffer]);
        this.filled = 0;
      }
    }
    return true;
  }
}

registerProcessor('capture', Capture);
