import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeFile } from '../../src/audio/decode.js';
import { toF32Bytes } from '../../src/audio/pcm.js';
import { essence, TestClient } from '../support/client.js';
import { startServer, type TestServer } from '../support/server.js';

/** A small model of Whisper's architecture that knows the sentences of CREMA-D: the real path, not real recognition. */
const DATA = process.env['UNDERTONE_DATA'] ?? '';
const WHISPER = join(DATA, 'weights/whisper-crema12');
const CLIPS = ['1025_IEO_SAD_HI', '1054_TIE_ANG_XX', '1064_IEO_ANG_HI'];
const here = DATA !== '' && existsSync(WHISPER) ? describe : describe.skip;

here('words through Whisper (UNDERTONE_DATA)', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ WHISPER_MODEL: WHISPER });
    const deadline = Date.now() + 30_000;
    for (;;) {
      const ready = (await (await fetch(`${server.url}/readyz`)).json()) as { transcription: string };
      if (ready.transcription === 'ready') return;
      if (Date.now() > deadline) throw new Error(`transcription is ${ready.transcription}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
  afterAll(async () => {
    await server.stop();
  });

  it('[PR4] [PR5] tells each utterance one transcript before its result, the same however the audio was cut', async () => {
    for (const name of CLIPS) {
      const { samples, sampleRate } = await decodeFile(
        readFileSync(join(DATA, 'corpora/cremad/AudioWAV', `${name}.opus`)),
      );
      const bytesPerMs = (sampleRate * 4) / 1_000;
      const stream = async (frameMs: number): Promise<TestClient> => {
        const client = await TestClient.open(server, {
          audio: { encoding: 'pcm_f32le', sampleRate },
          language: 'en',
          interimIntervalMs: 0,
        });
        await client.play(toF32Bytes(samples), frameMs * bytesPerMs, bytesPerMs);
        await client.end();
        return client;
      };
      const small = await stream(20);
      const [transcript, ...more] = small.of('transcript.final');
      expect(more).toEqual([]);
      expect(transcript?.text.split(' ').length).toBeGreaterThan(2);
      expect(transcript).toMatchObject({ source: 'whisper' });
      const names = small.told.map((one) => one.event);
      expect(names.indexOf('transcript.final')).toBeLessThan(names.indexOf('fusion.result'));
      expect(small.of('fusion.result')[0]?.modalities.text.status).toBe('available');
      expect(small.of('warning').map((one) => one.code)).not.toContain('transcriptionUnavailable');
      expect(essence((await stream(1_000)).told)).toEqual(essence(small.told));
    }
  });

  it('[LW1] [LW2] [LW4] tells words while they are spoken, and keeps those that it said would stay', async () => {
    const { samples, sampleRate } = await decodeFile(
      readFileSync(join(DATA, 'corpora/cremad/AudioWAV', '1032_TIE_SAD_XX.opus')),
    );
    const client = await TestClient.open(server, {
      audio: { encoding: 'pcm_f32le', sampleRate },
      language: 'en',
      interimIntervalMs: 500,
    });
    const frame = sampleRate / 10;
    for (let at = 0; at < samples.length; at += frame) {
      client.frame(toF32Bytes(samples.subarray(at, at + frame)));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await client.end();
    const partials = client.of('transcript.partial');
    const [final] = client.of('transcript.final');
    expect(partials.length).toBeGreaterThan(0);
    let stable = '';
    for (const { text, stableChars } of partials) {
      expect(stableChars).toBeGreaterThanOrEqual(stable.length);
      expect(text.slice(0, stable.length)).toBe(stable);
      stable = text.slice(0, stableChars);
    }
    expect(final?.text.slice(0, stable.length)).toBe(stable);
    const names = client.told.map((one) => one.event);
    expect(names.lastIndexOf('transcript.partial')).toBeLessThan(names.indexOf('transcript.final'));
  });
});
