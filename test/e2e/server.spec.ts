import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/common/config.js';
import { clip, pcmOf, TestClient } from '../support/client.js';
import { startServer } from '../support/server.js';

function startWith(env: Record<string, string>): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, ['dist/src/main.js'], {
    cwd: PROJECT_ROOT,
    env: { ...process.env, PORT: '0', NODE_OPTIONS: '', ...env },
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { status, stderr };
}

describe('the server', () => {
  it('stops at a bad setting with the key, what was given, and what is allowed', () => {
    const { status, stderr } = startWith({ PORT: 'eighty' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^PORT: "eighty" was given\. .*number/m);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('demands keys and a secret in production, and never prints them', () => {
    expect(startWith({ NODE_ENV: 'production' }).stderr).toMatch(/^API_KEYS is empty/m);
    const short = startWith({ NODE_ENV: 'production', API_KEYS: 'k', TOKEN_SECRET: 'too-short-secret' });
    expect(short.stderr).toMatch(/^TOKEN_SECRET: a secret was given/m);
    expect(short.stderr).not.toContain('too-short-secret');
  });

  it('names a model that is not there', () => {
    const { status, stderr } = startWith({ ACOUSTIC_MODEL: 'acoustic/none' });
    expect(status).toBe(1);
    expect(stderr).toContain('acoustic/none');
  });

  it.each(['acoustic/seven/weights.bin', 'text/emotion7/config.json'])(
    'refuses %s with one byte changed, by name',
    (file) => {
      const folder = mkdtempSync(join(tmpdir(), 'undertone-models-'));
      try {
        cpSync(join(PROJECT_ROOT, 'models'), folder, { recursive: true });
        appendFileSync(join(folder, file), ' ');
        const { status, stderr } = startWith({ MODELS_DIR: folder, WHISPER_MODEL: 'off' });
        expect(status).toBe(1);
        expect(stderr.trim()).toBe(`${join(folder, file)} is not the file the manifest pins`);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  it('describes its REST interface and serves the live page', async () => {
    const server = await startServer();
    try {
      const api = (await (await fetch(`${server.url}/docs-json`)).json()) as { paths: object };
      expect(Object.keys(api.paths).sort()).toEqual([
        '/healthz',
        '/readyz',
        '/v1/analyses',
        '/v1/consents/{id}',
        '/v1/consents/{id}/withdraw',
        '/v1/notice',
        '/v1/tokens',
      ]);
      const page = await fetch(server.url);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain('Undertone');
      expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    } finally {
      await server.stop();
    }
  });

  it('prints a key in development, and the page with it', async () => {
    const server = await startServer({ API_KEYS: '', NODE_ENV: 'development' });
    await server.stop();
    expect(server.log()).toMatch(/live page: http:\/\/\S+\/#key=ut_dev_\S+/);
  });

  it('[PR9] drains on SIGTERM: what was said still gets its result, then the session is closed', async () => {
    const server = await startServer();
    const client = await TestClient.open(server);
    const { bytes } = pcmOf(clip('two-sentences.wav'));
    await client.play(bytes, 6_400);
    const last = Math.ceil(bytes.length / 6_400) - 1;
    await client.until((one) => one.event === 'audio.ack' && one.data.ackSeq === last);
    const code = server.stop();
    await client.until((one) => one.event === 'session.closed');
    expect(client.of('session.closed')[0]).toMatchObject({ reason: 'serverShutdown' });
    expect(client.of('fusion.result')).toHaveLength(2);
    expect(await code).toBe(0);
  });
});
