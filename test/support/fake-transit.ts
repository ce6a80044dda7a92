import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newDataKey, open, seal } from '../../src/privacy/envelope.js';
import type { TransitOptions } from '../../src/privacy/transit-keys.js';

export interface FakeTransit {
  readonly options: TransitOptions;
  /** Adds a version, as `vault write -f transit/keys/undertone/rotate` does. */
  rotate(): void;
  /** Versions below it are no longer decrypted. */
  minDecryptionVersion: number;
  /** `sealed`: it is there, and gives nothing out. */
  mood: 'serve' | 'sealed';
  close(): void;
}

const TOKEN = 'hvs.test';

/** The transit engine of Vault on 127.0.0.1, as far as it is asked for; ciphertexts look and fail as its own do. */
export async function startFakeTransit(): Promise<FakeTransit> {
  const versions = [newDataKey()];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [status, body] = answer(request.url ?? '', request.headers['x-vault-token'], Buffer.concat(chunks));
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  const failed = (status: number, error: string): [number, object] => [status, { errors: [error] }];
  const answer = (url: string, token: unknown, body: Buffer): [number, object] => {
    if (fake.mood === 'sealed') return failed(503, 'Vault is sealed');
    if (token !== TOKEN) return failed(403, 'permission denied');
    const [, what] = /^\/v1\/transit\/(keys|encrypt|decrypt)\/undertone$/.exec(url) ?? [];
    if (!what) return failed(404, 'no handler for route');
    if (what === 'keys') return [200, { data: { latest_version: versions.length } }];
    const asked = JSON.parse(body.toString()) as { plaintext: string; ciphertext: string; associated_data: string };
    if (what === 'encrypt') {
      const sealed = seal(versions.at(-1)!, Buffer.from(asked.plaintext, 'base64'), asked.associated_data);
      return [200, { data: { ciphertext: `vault:v${versions.length}:${sealed.toString('base64')}` } }];
    }
    const [, version, sealed = ''] = /^vault:v(\d+):(.+)$/.exec(asked.ciphertext) ?? [];
    if (version === undefined) return failed(400, 'invalid ciphertext: no prefix');
    if (Number(version) < fake.minDecryptionVersion)
      return failed(400, 'ciphertext or signature version is disallowed by policy (too old)');
    try {
      const opened = open(versions[Number(version) - 1]!, Buffer.from(sealed, 'base64'), asked.associated_data);
      return [200, { data: { plaintext: opened.toString('base64') } }];
    } catch {
      return failed(400, 'cipher: message authentication failed');
    }
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const tokenFile = join(mkdtempSync(join(tmpdir(), 'undertone-transit-')), 'token');
  writeFileSync(tokenFile, `${TOKEN}\n`);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fake: FakeTransit = {
    options: { url, mount: 'transit', key: 'undertone', tokenFile },
    rotate: () => void versions.push(newDataKey()),
    minDecryptionVersion: 1,
    mood: 'serve',
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return fake;
}
