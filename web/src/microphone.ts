/** A running capture: frames go to `onFrame` until `stop`. */
export interface Capture {
  stop(): void;
}

/**
 * Opens the microphone on this audio context. The browser's own gain control, noise suppression and echo cancellation are
 * asked off: they flatten the very loudness and timbre that carry the emotion. `onLost` tells of an unplugged device.
 */
export async function openMicrophone(
  context: AudioContext,
  onFrame: (pcm: Int16Array<ArrayBuffer>) => void,
  onLost: () => void,
): Promise<Capture> {
  if (!window.isSecureContext) {
    throw new Error('The browser lends the microphone only to pages from https or from this computer (localhost).');
  }
  // What may fail or wait comes before the microphone is on.
  await context.audioWorklet.addModule('./capture.worklet.js');
  await context.resume();
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, autoGainControl: false, noiseSuppression: false, echoCancellation: false },
  });
  try {
    return captureOf(context, stream, onFrame, onLost);
  } catch (error) {
    // Nothing else on the page could turn it off; the context is the page's own and stays.
    for (const track of stream.getTracks()) track.stop();
    throw error;
  }
}

function captureOf(
  context: AudioContext,
  stream: MediaStream,
  onFrame: (pcm: Int16Array<ArrayBuffer>) => void,
  onLost: () => void,
): Capture {
  const source = context.createMediaStreamSource(stream);
  const node = new AudioWorkletNode(context, 'capture', { numberOfOutputs: 0 });
  node.port.onmessage = (event: MessageEvent<Int16Array<ArrayBuffer>>) => {
    onFrame(event.data);
  };
  source.connect(node);
  for (const track of stream.getTracks()) track.addEventListener('ended', onLost);
  return {
    stop() {
      node.port.onmessage = null;
      source.disconnect();
      for (const track of stream.getTracks()) {
        track.removeEventListener('ended', onLost);
        track.stop();
      }
    },
  };
}

/** What to tell a person whose microphone did not open. */
export function microphoneProblem(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError') return 'The browser was not allowed to use the microphone. Allow it and try again.';
  if (name === 'NotFoundError') return 'No microphone was found.';
  if (name === 'NotReadableError') return 'The microphone is in use by another program.';
  return error instanceof Error ? error.message : String(error);
}
