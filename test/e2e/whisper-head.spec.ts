import { execFile } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toF32Bytes } from '../../src/audio/pcm.js';
import { PROJECT_ROOT } from '../../src/common/config.js';
import { readManifest } from '../../src/common/model-manifest.js';
import { SAMPLE_RATE } from '../../src/emotion/utterance.js';
import type { AnalyzedPart } from '../../src/pipeline/analyze-file.js';
import type { AcousticReport } from '../../training/voice/report.js';
import { undertone } from '../support/cli.js';
import { consent, TestClient } from '../support/client.js';
import { CLIPS } from '../support/clips.js';
import { OWN_WHISPER, saidByVoices, type Said } from '../support/said.js';
import { startServer, type TestServer } from '../support/server.js';

const HEAD = 'whisper-head/tiny';

/**
 * An emotion that nobody put there: sentences of the one half are called happy, those of the other sad. The states tell which sentence
 * it is, so a head can learn it. Of emotions that is no evidence at all.
 */
const emotionOf = ({ name }: Said): string => (/_(DFA|IOM|ITS|IEO|ITH|IWL)\./.test(name) ? 'happy' : 'sad');
const [heard, unheard] = [(name: string) => !/^(klatt2|m3)_/.test(name), (name: string) => /^(klatt2|m3)_/.test(name)];

async function program(name: 'train' | 'evaluate', ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [join(PROJECT_ROOT, 'dist', 'training', `${name}.js`), ...args]);
}

describe('a head on the encoder of Whisper', () => {
  const dir = mkdtempSync(join(tmpdir(), 'undertone-head-'));
  const models = join(dir, 'models');
  const voices = saidByVoices();

  function tableOf(file: string, chosen: (name: string) => boolean): string {
    const rows = voices.filter(({ name }) => chosen(name));
    const lines = rows.map((said) => `said/${said.name},${said.name.split('_')[0] ?? ''},${emotionOf(said)}`);
    writeFileSync(join(dir, file), ['path,speaker,emotion', ...lines, ''].join('\n'));
    return join(dir, file);
  }
  const evaluated = async (mode: string): Promise<AcousticReport> => {
    const table = ['--manifest', tableOf('unheard.csv', unheard), '--root', CLIPS, '--models', models];
    const head = ['--head', mode, '--head-model', HEAD, '--whisper', OWN_WHISPER, '--threads', '1'];
    return JSON.parse((await program('evaluate', 'acoustic', ...table, ...head, '--json')).stdout) as AcousticReport;
  };

  beforeAll(async () => {
    mkdirSync(models);
    copyFileSync(join(PROJECT_ROOT, 'models', 'manifest.json'), join(models, 'manifest.json'));
    for (const kind of ['acoustic', 'text', 'fusion'])
      symlinkSync(join(PROJECT_ROOT, 'models', kind), join(models, kind));
    const table = ['--manifest', tableOf('heard.csv', heard), '--root', CLIPS, '--cache', join(dir, 'cache')];
    const out = ['--whisper', OWN_WHISPER, '--out', join(models, HEAD), '--licence', 'Apache-2.0', '--epochs', '150'];
    await program('train', 'acoustic', '--recipe', 'whisper-head', ...table, ...out);
  }, 120_000);
  afterAll(() => {
    rmSync(dir, { recursive: true });
  });

  it('[WH5] [WH6] is trained with a card, and stands in the manifest with the encoder that it belongs to', async () => {
    const entry = (await readManifest(models)).models[HEAD];
    expect(entry).toMatchObject({ kind: 'whisper-head', labels: ['happy', 'sad'], licence: 'Apache-2.0' });
    expect(entry?.encoder).toMatch(/^[0-9a-f]{64}$/);
    const card = readFileSync(join(models, HEAD, 'CARD.md'), 'utf8');
    expect(card).toContain(`the encoder of whisper-cremad, sha256\n\`${entry?.encoder ?? ''}\``);
    expect(card).toContain('| UAR |');
  });

  it('[WH6] is judged like an acoustic model, alone and joined', async () => {
    const alone = await evaluated('replace');
    expect(alone.model).toMatchObject({ name: HEAD, labels: ['happy', 'sad'] });
    expect(alone.data).toMatchObject({ clips: 12, unavailable: 0 });
    expect(alone.summary.uar).toBeGreaterThan(0.7);
    const joined = await evaluated('join');
    expect(joined.model.name).toBe(`acoustic/seven+${HEAD}`);
    expect(joined.summary.n).toBe(12);
  }, 60_000);

  it('[WH4] replace: reads the voice in the place of the acoustic model, and gives no reasons', async () => {
    const file = join(CLIPS, 'said', voices[0]?.name ?? '');
    const env = { MODELS_DIR: models, WHISPER_MODEL: OWN_WHISPER, WHISPER_HEAD: 'replace', WHISPER_HEAD_MODEL: HEAD };
    const { code, out } = await undertone(env, 'analyze', file, '--json');
    expect(code).toBe(0);
    const { voice, transcript, result } = JSON.parse(out.split('\n')[0] ?? '') as AnalyzedPart;
    expect(voice?.evidence).toMatchObject({ status: 'available', cues: [] });
    expect(transcript?.text.split(' ').length).toBeGreaterThan(2);
    expect(result.models.voice?.name).toBe(HEAD);
  }, 60_000);

  it('[WH5] is not used with another encoder: the acoustic model goes on alone, and the log says so', async () => {
    const other = join(dir, 'other-whisper');
    cpSync(OWN_WHISPER, other, { recursive: true });
    const encoder = join(other, 'onnx', 'encoder_model_quantized.onnx');
    // A field that is nobody's: another file, and the same network.
    writeFileSync(encoder, Buffer.concat([readFileSync(encoder), Buffer.from([0x32, 0x00])]));
    const env = { MODELS_DIR: models, WHISPER_MODEL: other, WHISPER_HEAD: 'join', WHISPER_HEAD_MODEL: HEAD };
    const server = await startServer(env);
    try {
      const told = await spoken(server, voices[0]!, ['voice']);
      expect(server.log()).toContain('and other-whisper has the encoder');
      expect(told.of('fusion.result')[0]?.models.voice?.name).toBe('acoustic/seven');
    } finally {
      await server.stop();
    }
  }, 60_000);

  it('[WH3] [WH4] join: needs consent for the voice alone, and then no word is written', async () => {
    const env = { MODELS_DIR: models, WHISPER_MODEL: OWN_WHISPER, WHISPER_HEAD: 'join', WHISPER_HEAD_MODEL: HEAD };
    const server = await startServer(env);
    try {
      const voiceOnly = await spoken(server, voices[0]!, ['voice']);
      expect(voiceOnly.told.filter(({ event }) => event.startsWith('transcript.'))).toEqual([]);
      const [result] = voiceOnly.of('fusion.result');
      expect(result?.models.voice?.name).toBe(`acoustic/seven+${HEAD}`);
      expect(result?.modalities).toMatchObject({ voice: { status: 'available' }, text: { reason: 'notConsented' } });

      const textOnly = await spoken(server, voices[0]!, ['text']);
      expect(textOnly.of('transcript.final')).toHaveLength(1);
      expect(textOnly.of('fusion.result')[0]?.modalities.voice).toMatchObject({ reason: 'notConsented' });
    } finally {
      await server.stop();
    }
  }, 60_000);

  /** A session that has consent for these modalities, once Whisper is there. */
  async function spoken(server: TestServer, said: Said, modalities: ('voice' | 'text')[]): Promise<TestClient> {
    for (;;) {
      const ready = (await (await fetch(`${server.url}/readyz`)).json()) as { transcription: string };
      if (ready.transcription === 'ready') break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const client = await TestClient.open(server, {
      audio: { encoding: 'pcm_f32le', sampleRate: SAMPLE_RATE },
      modalities,
      consent: consent(modalities),
    });
    await client.play(toF32Bytes(await said.samples()), 6_400 * 4, 64);
    await client.end();
    return client;
  }
});
