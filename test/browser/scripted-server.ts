import { UNCALIBRATED } from '../../src/fusion/config.js';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Server } from 'socket.io';
import { PROJECT_ROOT } from '../../src/common/config.js';
import { furtherOf, unavailable, type EvidenceSet } from '../../src/emotion/evidence.js';
import type { Emit } from '../../src/emotion/line-events.js';
import { STREAM_NAMESPACE } from '../../src/gateway/protocol.js';
import { analyzeUtterance } from '../../src/pipeline/analyze-utterance.js';

/** What the experts say of one utterance; the words are those that were typed. */
export type Script = EvidenceSet;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/**
 * Serves the built page and answers each typed message as if it had been spoken: the line and the fusion are the real ones,
 * only the two experts are scripted, so that a test decides what they disagree about. A text that ends with “…” is still
 * being spoken: all but its last word is stable.
 */
export async function startScriptedServer(script: (text: string) => Script): Promise<{ url: string; stop(): void }> {
  const http = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const json = (body: object): void => {
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(body));
    };
    if (pathname === '/v1/tokens') json({ token: 'token', expiresAt: new Date(Date.now() + 600_000).toISOString() });
    else if (pathname === '/v1/notice') json({ version: '1', text: 'A notice.', audioKeepDays: 0 });
    else {
      const file = pathname === '/' ? 'index.html' : pathname.slice(1);
      readFile(join(PROJECT_ROOT, 'dist', 'web', file)).then(
        (bytes) => response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream').end(bytes),
        () => response.writeHead(404).end(),
      );
    }
  });
  const io = new Server(http, { serveClient: false });
  io.of(STREAM_NAMESPACE).on('connection', (socket) => {
    let count = 0;
    const emit: Emit = (event, payload) => socket.emit(event, { ...payload, sessionId: 's', eventSeq: 0, at: 0 });
    socket.on('session.start', (_payload: unknown, ack: (answer: object) => void) => {
      const limits = { creditMs: 20_000, textChars: 5_000 };
      ack({
        ok: true,
        session: { sessionId: 's', limits, models: {}, transcription: 'ready' },
        receipt: { storage: 'none' },
      });
    });
    socket.on('text.input', ({ text }: { text: string }, ack: (answer: object) => void) => {
      ack({ ok: true });
      const id = `u${++count}`;
      const { voice, text: read } = script(text);
      emit('utterance.start', { utteranceId: id, startMs: 1_000 });
      if (text.endsWith('…')) {
        const stableChars = text.lastIndexOf(' ');
        emit('transcript.partial', { utteranceId: id, revision: 1, text, stableChars });
        return;
      }
      const utterance = {
        id,
        startMs: 1_000,
        endMs: 2_500,
        endReason: 'silence',
        samples: new Float32Array(0),
      } as const;
      const heard =
        read.status === 'available'
          ? ({ text, language: 'en', confidence: 0.93, source: 'whisper' } as const)
          : unavailable('text', read.reason);
      const experts = {
        fusion: UNCALIBRATED,
        voice: () => Promise.resolve(voice),
        transcribe: () => Promise.resolve(heard),
        text: () => Promise.resolve(read),
        further: () => furtherOf(script(text)),
      };
      void analyzeUtterance(utterance, experts, emit);
    });
  });
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => void io.close(),
  };
}
