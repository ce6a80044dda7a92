import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMOTIONS } from '../../src/emotion/scores.js';
import { undertone } from '../support/cli.js';
import { consent, TestClient } from '../support/client.js';
import { startServer, type TestServer } from '../support/server.js';

const RULES = `name: mine
rules:
  - name: upsetTwice
    when: { label: upset, score: { upset: { atLeast: 0.5 } } }
    utterances: 2
    message: { en: Hand over, zh: 请转人工 }
`;
const FURIOUS = 'This is outrageous, I am absolutely furious!';
const LABELS = ['calm', 'pleased', 'upset', 'distress'];

let server: TestServer;
const folder = mkdtempSync(join(tmpdir(), 'undertone-rules-'));
const file = join(folder, 'mine.yaml');
beforeAll(async () => {
  writeFileSync(file, RULES);
  server = await startServer({ ALERT_RULES: file });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const post = async (fields: Record<string, string>): Promise<Response> => {
  const form = new FormData();
  const context = { purpose: 'test', setting: 'personal' };
  const all = { consent: JSON.stringify(consent()), context: JSON.stringify(context), ...fields };
  for (const [name, value] of Object.entries(all)) form.set(name, value);
  return fetch(`${server.url}/v1/analyses`, { method: 'POST', headers: { 'X-API-Key': server.apiKey }, body: form });
};

describe('a session with its own labels, rules and language', () => {
  it('[LB2] [AL3] [FU10] is told labels everywhere, alerted once with the reason, in Chinese', async () => {
    const client = await TestClient.open(server, { labels: 'service', locale: 'zh', audio: undefined });
    for (let i = 0; i < 3; i++) await client.ask('text.input', { text: FURIOUS });
    await client.end();
    const results = client.of('fusion.result');
    expect(results).toHaveLength(3);
    for (const result of results) {
      expect(Object.keys(result.scores)).toEqual(LABELS);
      expect(result.decision.label).toBe('upset');
      expect(result).toMatchObject({ labels: 'service', seven: { decision: { label: 'angry' } } });
      expect(Object.keys((result as unknown as { seven: { scores: object } }).seven.scores)).toEqual([...EMOTIONS]);
      expect(result.explanation).toMatchObject({
        locale: 'zh',
        short: expect.stringMatching(/^不满（.+）：话语不满$/),
      });
    }
    for (const { evidence } of client.of('emotion.text')) expect(evidence).toMatchObject({ top: 'upset' });
    const points = client.of('session.trajectory').flatMap((one) => one.points);
    expect(points.map(({ utteranceId }) => utteranceId)).toEqual(['u1', 'u2', 'u3']);
    expect(Object.keys(points[0]!.shares)).toEqual(LABELS);
    expect(client.of('alert')).toMatchObject([
      {
        rule: 'upsetTwice',
        status: 'raised',
        utteranceIds: ['u1', 'u2'],
        reason: expect.stringMatching(/^连续 2 段话：判断为不满，且不满不低于 50%（/),
        message: '请转人工',
      },
    ]);
  });

  it('[AL2] [PR8] names that are not known are refused before the session opens, with what there is', async () => {
    const client = await TestClient.connect(server);
    await expect(client.start({ labels: 'nobody' })).rejects.toMatchObject({
      code: 'configInvalid',
      param: 'labels',
      message: expect.stringContaining('service, valence'),
    });
    await expect(client.start({ alerts: 'nobody' })).rejects.toMatchObject({
      code: 'configInvalid',
      param: 'alerts',
      message: expect.stringContaining('callCentre'),
    });
    await expect(client.start({})).rejects.toMatchObject({ code: 'configInvalid', param: 'alerts' });
    await client.start({ alerts: 'off', audio: undefined });
    await client.ask('session.update', { locale: 'zh' });
    await client.ask('text.input', { text: FURIOUS });
    await client.end();
    expect(client.of('fusion.result')[0]).toMatchObject({
      decision: { label: 'angry' },
      explanation: { locale: 'zh' },
    });
    expect(client.of('alert')).toEqual([]);
  });

  it('[LB2] [FU10] REST answers in labels and language too', async () => {
    const response = await post({ text: FURIOUS, labels: 'valence', alerts: 'off', locale: 'zh' });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      utterances: [{ result: { decision: { label: 'negative' }, explanation: { locale: 'zh' } } }],
      trajectory: [{ utteranceId: 'u1' }],
      alerts: [],
    });
    expect((await post({ text: FURIOUS, labels: 'nobody' })).status).toBe(400);
  });
});

describe('what cannot be used', () => {
  it('[AL1] stops the start in one line each', async () => {
    writeFileSync(join(folder, 'bad.yaml'), RULES.replace('0.5', '5').replace('utterances: 2', 'utterances: none'));
    const failed = await startServer({ ALERT_RULES: join(folder, 'bad.yaml') }).catch((error: unknown) =>
      String(error),
    );
    expect(failed).toContain(
      'bad.yaml:4: rule upsetTwice, when.score.upset.atLeast: 5 was given; a number from 0 to 1 is allowed',
    );
    expect(failed).toContain(
      'bad.yaml:5: rule upsetTwice, utterances: "none" was given; a whole number from 1 to 20 is allowed',
    );
    expect(failed).not.toMatch(/\n\s+at /);
  });

  it('[CL9] is told by rules check and labels, and a good file in words', async () => {
    const bad = await undertone('rules', 'check', join(folder, 'bad.yaml'));
    expect({ code: bad.code, out: bad.out, lines: bad.err.trim().split('\n').length }).toEqual({
      code: 1,
      out: '',
      lines: 2,
    });
    const stranger = await undertone('rules', 'check', file);
    expect({ code: stranger.code, err: stranger.err }).toMatchObject({
      code: 1,
      err: expect.stringContaining('"upset" was given; allowed are neutral'),
    });
    const good = await undertone('rules', 'check', file, '--labels', 'service');
    expect(good.code).toBe(0);
    expect(good.out).toContain('the answer was upset and upset was at least 50% in 2 utterances running');
    const labels = await undertone('labels');
    expect(labels.out).toMatch(/service +│ calm +│ neutral/);
  });
});
