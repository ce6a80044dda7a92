import { seeded } from '../../test/support/clips.js';
import { WINDOW } from './segmenter.js';
import { SignalMonitor, type SignalWarning } from './signal-monitor.js';

const random = seeded(1);
const noise = (level: number): Float32Array => Float32Array.from({ length: WINDOW }, () => level * (2 * random() - 1));

/** Alternates a second of speech and a second of background for so long. */
function watch(seconds: number, speech: number, background: number, hearsSpeech = true): SignalWarning[] {
  const monitor = new SignalMonitor();
  return Array.from({ length: Math.round(seconds * 31.25) }, (_, i) => {
    const speaks = Math.floor(i / 31) % 2 === 0;
    return monitor.push(speaks && hearsSpeech ? 0.9 : 0.1, noise(speaks ? speech : background));
  }).flat();
}

describe('SignalMonitor', () => {
  it('[VS2] has nothing to say of clear speech', () => {
    expect(watch(60, 0.3, 0.003)).toEqual([]);
  });

  it('[VS2] names low signal-to-noise, clipping and missing speech, each once', () => {
    expect(watch(60, 0.1, 0.08)).toEqual(['lowSnr']);
    expect(watch(60, 1, 0.003)).toEqual(['clipping']);
    expect(watch(90, 0.01, 0.01, false)).toEqual(['noSpeech']);
    expect(watch(29, 0.01, 0.01, false)).toEqual([]);
  });

  it('[VS2] a single loud click is not clipping', () => {
    const monitor = new SignalMonitor();
    const click = noise(0.1);
    click.fill(1, 0, 20);
    const warnings = Array.from({ length: 200 }, (_, i) => monitor.push(0.9, i === 50 ? click : noise(0.1))).flat();
    expect(warnings).toEqual([]);
  });
});
