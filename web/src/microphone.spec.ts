import { afterEach, describe, expect, it } from '@jest/globals';
import { openMicrophone } from './microphone.js';

type Step = 'addModule' | 'resume' | 'createMediaStreamSource' | 'AudioWorkletNode' | 'connect';

/** A browser in which one step fails; tells whether its microphone is on. */
function browserFailingAt(broken: Step): { context: AudioContext; isOn: () => boolean } {
  const step = (name: Step): void => {
    if (name === broken) throw new Error(name);
  };
  let on = false;
  const track = { stop: () => (on = false), addEventListener: () => undefined, removeEventListener: () => undefined };
  const getUserMedia = (): Promise<object> => {
    on = true;
    return Promise.resolve({ getTracks: () => [track] });
  };
  class AudioWorkletNode {
    readonly port = {};
    constructor() {
      step('AudioWorkletNode');
    }
  }
  Object.assign(globalThis, { window: { isSecureContext: true }, AudioWorkletNode });
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { mediaDevices: { getUserMedia } } });
  const context = {
    audioWorklet: {
      addModule: async () =>
        Promise.resolve().then(() => {
          step('addModule');
        }),
    },
    resume: async () =>
      Promise.resolve().then(() => {
        step('resume');
      }),
    createMediaStreamSource: () => {
      step('createMediaStreamSource');
      return {
        connect: () => {
          step('connect');
        },
        disconnect: () => undefined,
      };
    },
  };
  return { context: context as unknown as AudioContext, isOn: () => on };
}

describe('the microphone', () => {
  afterEach(() => {
    for (const name of ['window', 'navigator', 'AudioWorkletNode']) Reflect.deleteProperty(globalThis, name);
  });

  it.each(['addModule', 'resume', 'createMediaStreamSource', 'AudioWorkletNode', 'connect'] as const)(
    '[LP2] is off where it could not be opened: %s fails',
    async (broken) => {
      const { context, isOn } = browserFailingAt(broken);
      const opening = openMicrophone(
        context,
        () => undefined,
        () => undefined,
      );
      await expect(opening).rejects.toThrow(broken);
      expect(isOn()).toBe(false);
    },
  );
});
