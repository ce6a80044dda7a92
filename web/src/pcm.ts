/** −1..1 to 16 bit, clamped; the shape `pcm_s16le` wants on every machine a browser runs on. */
export function toPcm16(samples: Float32Array): Int16Array<ArrayBuffer> {
  const pcm = new Int16Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    const x = Math.max(-1, Math.min(1, samples[i] ?? 0));
    pcm[i] = Math.round(x * (x < 0 ? 0x8000 : 0x7fff));
  }
  return pcm;
}

/** The mean of all channels. */
export function mixDown(channels: readonly Float32Array[]): Float32Array {
  const first = channels[0] ?? new Float32Array(0);
  if (channels.length < 2) return first;
  return first.map((_, i) => channels.reduce((sum, channel) => sum + (channel[i] ?? 0), 0) / channels.length);
}

/** Root mean square of a frame in dB below full scale; −100 on silence. */
export function levelDb(pcm: Int16Array): number {
  let power = 0;
  for (const sample of pcm) power += sample * sample;
  const rms = Math.sqrt(power / Math.max(1, pcm.length)) / 0x8000;
  return Math.max(-100, 20 * Math.log10(rms));
}
