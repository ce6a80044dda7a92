import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Server } from 'socket.io';
import { PROJECT_ROOT } from '../../src/common/config.js';
import type { FusedEmotion, Locale } from '../../src/emotion/fused.js';
import { dimensionsOf, isEmotion, scoresOf, type Emotion } from '../../src/emotion/scores.js';
import { furtherOf, type Evidence, type EvidenceSet } from '../../src/emotion/evidence.js';
import { fuse } from '../../src/fusion/evidence.fixture.js';
import { relabel } from '../../src/fusion/relabel.js';
import { CLIPS } from '../support/clips.js';
import {
  REVIEW_NAMESPACE,
  type HistoryItem,
  type ResultPage,
  type SessionDetail,
  type SessionsPage,
  type StoredAlert,
  type TimelineItem,
  type TimelinePage,
} from '../../src/review/api.js';

/** What was said once, and what the experts read of it. */
export interface Line extends EvidenceSet {
  readonly startMs: number;
  readonly endMs: number;
  readonly words?: string;
}

export interface Tale {
  readonly id: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly lines: Line[];
  alerts?: readonly StoredAlert[];
}

interface Version {
  readonly fused: FusedEmotion;
  readonly item: Omit<HistoryItem, 'current'>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const PAGE = 3;

/**
 * The review API in memory, told by a script: answers are fused and corrected by the real functions, so that a test decides
 * what is stored and what goes wrong. Pages of the queue are short.
 */
export async function startScriptedReview(tales: Tale[]) {
  const versions = new Map<string, Version[]>();
  const asked: string[] = [];
  let failing = false;

  const versionsOf = (tale: Tale, i: number): Version[] => {
    const key = `${tale.id} u${i + 1}`;
    const line = tale.lines[i]!;
    const known = versions.get(key) ?? [
      versionOf(tale, i, fuseLine(line, 'en'), {
        revision: 1,
        action: 'made',
        cause: 'analysis',
        author: { kind: 'model', id: 'fusion-1' },
      }),
    ];
    versions.set(key, known);
    return known;
  };
  const itemOf = (tale: Tale, i: number): TimelineItem => {
    const line = tale.lines[i]!;
    const { fused, item } = versionsOf(tale, i).at(-1)!;
    const side = <M extends 'voice' | 'text'>(modality: M, evidence: Evidence<M>) => ({
      status: evidence.status,
      ...(evidence.status === 'unavailable' ? { reason: evidence.reason } : {}),
      top: fused.modalities[modality].top,
      reliability: fused.modalities[modality].reliability,
      scores: evidence.status === 'available' ? evidence.scores : null,
      dimensions: evidence.status === 'available' ? dimensionsOf(scoresOf((e) => evidence.scores[e] ?? 0)) : null,
    });
    const { action: _action, reason: _reason, restores: _restores, ledger: _ledger, ...revision } = item;
    return {
      utteranceId: `u${i + 1}`,
      startMs: line.startMs,
      endMs: line.endMs,
      endReason: 'silence',
      language: 'en',
      ref: null,
      transcript: transcriptOf(line),
      marks: fused.explanation.cues.flatMap(({ textSpan, toward, weight }) =>
        textSpan ? [{ textSpan: [...textSpan] as [number, number], toward, weight }] : [],
      ),
      result: {
        ...revision,
        scores: fused.scores,
        predictionSet: [...fused.predictionSet],
        voice: side('voice', line.voice),
        text: side('text', line.text),
        short: fused.explanation.short,
      },
      audio: line.endMs > line.startMs,
      trajectory: null,
    };
  };
  const summaryOf = (tale: Tale): SessionsPage['items'][number] => {
    const items = tale.lines.map((_, i) => itemOf(tale, i));
    const labels: Partial<Record<Emotion, number>> = {};
    for (const { result } of items)
      if (result.decision.label) labels[result.decision.label] = (labels[result.decision.label] ?? 0) + 1;
    const count = (what: (item: TimelineItem) => boolean): number => items.filter(what).length;
    const open = tale.alerts?.filter((one) => one.open) ?? [];
    const alerts = open.length;
    const labelled = items.filter(({ result }) => result.decision.label);
    return {
      id: tale.id,
      source: 'stream',
      startedAt: tale.startedAt,
      endedAt: tale.endedAt,
      closeReason: tale.endedAt ? 'ended' : null,
      modalities: ['voice', 'text'],
      language: 'en',
      subject: tale.id.replace(/^./, 'a'),
      blanked: false,
      utterances: items.length,
      labels,
      abstained: count(({ result }) => result.decision.label === null),
      revoked: count(({ result }) => result.decision.abstainReason === 'revoked'),
      corrected: count(({ result }) => result.decision.by === 'person'),
      incongruent: count(({ result }) => result.incongruence.detected),
      confidence:
        labelled.length === 0
          ? null
          : labelled.reduce((sum, { result }) => sum + result.decision.confidence, 0) / labelled.length,
      valence: 0,
      arousal: 0,
      alerts,
      alertRules: open.map(({ rule }) => rule),
      worth:
        Math.max(
          0,
          ...items.map(({ result }) =>
            result.decision.by ? 0 : result.incongruence.score * (1 - result.decision.confidence),
          ),
        ) *
        (1 + alerts),
      lost: 0,
    };
  };

  const http = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  const io = new Server(http, { serveClient: false });
  const review = io.of(REVIEW_NAMESPACE);
  review.on('connection', (socket) => {
    socket.on('session.watch', (_body: unknown, ack: (answer: object) => void) => {
      ack({ ok: true, live: true });
    });
    socket.on('session.unwatch', (_body: unknown, ack: (answer: object) => void) => {
      ack({ ok: true });
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const json = (body: object, status = 200): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    };
    if (!pathname.startsWith('/v1/')) {
      const file = pathname === '/review' ? 'review.html' : pathname.slice(1);
      await readFile(join(PROJECT_ROOT, 'dist', 'web', file)).then(
        (bytes) => response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream').end(bytes),
        () => response.writeHead(404).end(),
      );
      return;
    }
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (pathname === '/v1/tokens') {
      const key = request.headers['x-api-key'];
      if (key === 'analyst') json({ token: 'token', expiresAt: new Date(Date.now() + 600_000).toISOString() }, 201);
      else json({ detail: 'no' }, key === 'client' ? 403 : 401);
      return;
    }
    if (failing) {
      json({ detail: 'The database is away.' }, 503);
      return;
    }
    const [, , , id, part, name, , action] = pathname.split('/');
    if (id === undefined) {
      const at = Number(searchParams.get('cursor') ?? 0);
      const text = searchParams.get('text');
      const label = searchParams.get('label');
      const found = tales
        .filter(({ lines }) => !text || lines.some(({ words }) => words?.includes(text)))
        .map(summaryOf)
        .filter(({ labels }) => !label || (isEmotion(label) && labels[label]))
        .sort((a, b) => b.worth - a.worth);
      const size = Number(searchParams.get('limit')) > 25 ? 100 : PAGE;
      const page: SessionsPage = {
        items: found.slice(at, at + size),
        nextCursor: found.length > at + size ? String(at + size) : null,
        ...(text ? { searched: { utterances: 7 } } : {}),
      };
      json(page);
      return;
    }
    const tale = tales.find((one) => one.id === id);
    if (!tale) {
      json({ detail: 'There is no such session.' }, 404);
      return;
    }
    if (part === undefined) {
      json({
        ...summaryOf(tale),
        live: tale.endedAt === null,
        clientRef: null,
        context: { purpose: 'support', setting: 'customerService' },
        openedBy: 'k1',
        consent: {
          id: tale.id,
          modalities: ['voice', 'text'],
          noticeVersion: '2',
          grantedAt: tale.startedAt,
          expiresAt: null,
          withdrawn: {},
        },
        alertList: [...(tale.alerts ?? [])],
      } satisfies SessionDetail);
    } else if (part === 'timeline') {
      json({
        sessionId: id,
        blanked: false,
        items: tale.lines.map((_, i) => itemOf(tale, i)),
        alerts: [...(tale.alerts ?? [])],
        nextCursor: null,
      } satisfies TimelinePage);
    } else if (part === 'alerts') {
      const acknowledged = { at: new Date().toISOString(), by: 'k1', note: null };
      tale.alerts = (tale.alerts ?? []).map((one) => (one.id === name ? { ...one, open: false, acknowledged } : one));
      json({});
      changed(id, 'alert');
    } else if (part === 'results') {
      json(resultPage(tale, name?.split('r')[0] ?? '', searchParams.get('locale') === 'zh' ? 'zh' : 'en'));
    } else if (request.method === 'GET') {
      // The sound of first utterances is there, that of all others was destroyed meanwhile.
      if (name !== 'u1') json({ detail: 'Its sound is not kept.' }, 404);
      else
        response.writeHead(200, { 'Content-Type': 'audio/wav' }).end(await readFile(join(CLIPS, 'two-sentences.wav')));
    } else {
      const body = JSON.parse(await bodyOf(request)) as {
        label?: Emotion;
        reason: string;
        version: number;
        to?: number;
      };
      const index = Number(name?.slice(1)) - 1;
      const known = versionsOf(tale, index);
      if (body.version !== known.length) {
        json({ detail: 'Somebody else decided meanwhile.' }, 409);
        return;
      }
      known.push(next(tale, index, known, action as 'override' | 'revoke' | 'restore', body));
      json(resultPage(tale, name ?? '', 'en'));
      changed(id, 'revised');
    }
  }

  function next(
    tale: Tale,
    i: number,
    known: readonly Version[],
    action: 'override' | 'revoke' | 'restore',
    body: { label?: Emotion; reason: string; to?: number },
  ): Version {
    const to = body.to ?? known.length - 1;
    const fused =
      action === 'restore'
        ? known[to - 1]!.fused
        : relabel(known[0]!.fused, action === 'override' ? body.label! : null, 0.05);
    const told = {
      override: ['overridden', 'labelOverride'],
      revoke: ['revoked', 'labelRevoked'],
      restore: ['restored', 'labelRestored'],
    } as const;
    const [done, cause] = told[action];
    return versionOf(tale, i, fused, {
      revision: known.length + 1,
      action: done,
      cause,
      author: { kind: 'person', id: 'k1' },
      reason: body.reason,
      restores: action === 'restore' ? to : null,
    });
  }

  function resultPage(tale: Tale, utteranceId: string, locale: Locale): ResultPage {
    const i = Number(utteranceId.slice(1)) - 1;
    const line = tale.lines[i]!;
    const known = versionsOf(tale, i);
    const { fused, item } = known.at(-1)!;
    const worded = fuseLine(line, locale).explanation;
    return {
      sessionId: tale.id,
      utteranceId,
      startMs: line.startMs,
      endMs: line.endMs,
      resultId: item.resultId,
      revision: item.revision,
      cause: item.cause,
      createdAt: item.createdAt,
      supersededAt: null,
      currentVersion: known.length,
      words: line.words ?? null,
      transcript: transcriptOf(line),
      voice: line.voice as NonNullable<ResultPage['voice']>,
      text: line.text as NonNullable<ResultPage['text']>,
      ...(furtherOf(line) as Pick<ResultPage, 'face'>),
      fused: (locale === 'en' ? fused : { ...fused, explanation: worded }) as NonNullable<ResultPage['fused']>,
      history: known.map((one, n) => ({ ...one.item, current: n === known.length - 1 })),
    };
  }

  function changed(sessionId: string, change: string): void {
    review.emit('sessions.changed', { sessionId, change });
  }

  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    /** What was asked for, such as `GET /v1/sessions?label=sad`. */
    asked,
    /** The database is away. */
    fail: (away: boolean): void => {
      failing = away;
    },
    emit: (event: string, told: object): void => {
      review.emit(event, told);
    },
    changed,
    stop: () => void io.close(),
  };
}

function fuseLine({ words, ...line }: Line, locale: Locale): FusedEmotion {
  return fuse(line, { locale, ...(words === undefined ? {} : { words }) });
}

function transcriptOf({ words }: Line): TimelineItem['transcript'] {
  return words === undefined ? null : { text: words, language: 'en', confidence: 0.93, source: 'whisper' };
}

function versionOf(
  tale: Tale,
  i: number,
  fused: FusedEmotion,
  made: Pick<HistoryItem, 'revision' | 'action' | 'cause' | 'author'> &
    Partial<Pick<HistoryItem, 'reason' | 'restores'>>,
): Version {
  const { detected, score, type } = fused.incongruence;
  return {
    fused,
    item: {
      reason: null,
      restores: null,
      ...made,
      resultId: `u${i + 1}r${made.revision}`,
      decision: fused.decision,
      dimensions: fused.dimensions,
      incongruence: { detected, score, ...(type ? { type } : {}) },
      createdAt: tale.startedAt,
      ledger: { seq: i + 1, hash: '00' },
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
