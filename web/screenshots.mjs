/**
 * Makes docs/images/ from the built server (npm run build): a session with a clip as the microphone and typed messages, then its
 * review with one correction. Needs Chromium (UNDERTONE_CHROMIUM). Usage: node web/screenshots.mjs
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { io } from 'socket.io-client';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const images = join(root, 'docs', 'images');
const clip = join(root, 'test', 'fixtures', 'clips', 'two-sentences.wav');
const viewport = { width: 1120, height: 900 };
const KEY = 'screenshots';
const SAID = [
  'Good morning!',
  'I have been waiting for three weeks now.',
  'This is so unfair, nobody ever called me back.',
  'Great, thank you so much!',
];

const data = await mkdtemp(join(tmpdir(), 'undertone-screenshots-'));
const server = spawn(process.execPath, ['dist/src/main.js'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
  env: {
    ...process.env,
    NODE_ENV: 'test',
    PORT: '0',
    HOST: '127.0.0.1',
    API_KEYS: KEY,
    STORAGE: 'on',
    DATA_DIR: data,
    AUDIO_KEEP_DAYS: '30',
  },
});
const browser = await chromium.launch({
  executablePath: process.env.UNDERTONE_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${clip}`,
  ],
});
try {
  const url = await listening();
  await mkdir(images, { recursive: true });
  const live = await window(`${url}#key=${KEY}`);
  await converse(live);
  // Where no Whisper is installed the page says so; the pictures are of the rest.
  for (const note of await live.locator('.note button').all()) await note.click();
  await shoot(live, 'live');
  await others(url);
  const review = await window(`${url}review#key=${KEY}`);
  await review.locator('#rows a').first().waitFor();
  await shoot(review, 'review-queue');
  await review.locator('#rows a', { hasText: '6 utterances' }).click();
  await review.locator('.timeline svg').first().waitFor();
  await review.locator('#utterances button', { hasText: SAID[3] }).click();
  await review.locator('#detail:not([aria-busy]) #history li').first().waitFor();
  await shoot(review, 'review-session');
  await review.keyboard.press('g');
  await review.locator('#ledger li').first().waitFor();
  await review.keyboard.press('v');
  await review.locator('#ledger-told', { hasText: 'holds' }).waitFor();
  await shoot(review, 'review-records');
} finally {
  await browser.close();
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  await rm(data, { recursive: true, force: true });
}

function listening() {
  return new Promise((resolve, reject) => {
    createInterface({ input: server.stdout }).on('line', (line) => {
      const url = /listening on (http:[/\w.:]+)/.exec(line)?.[1];
      if (url) resolve(url);
    });
    server.once('exit', () => reject(new Error('the server did not start: is it built?')));
  });
}

async function window(url) {
  const page = await (await browser.newContext({ viewport, reducedMotion: 'reduce' })).newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(url);
  return page;
}

async function converse(page) {
  for (const box of ['voice', 'text', 'keepAudio', 'acknowledged']) await page.check(`[name=${box}]`);
  await page.click('#agree');
  await page.click('#mic:enabled');
  await page.locator('.card[data-state="done"]', { hasText: 'spoken' }).nth(1).waitFor();
  await page.click('#mic');
  for (const text of SAID) {
    await page.fill('#message', text);
    await page.press('#message', 'Enter');
    await page.locator('.card[data-state="done"]', { hasText: text }).waitFor();
  }
}

/** Five more people, so that there are figures. */
async function others(url) {
  const { version } = await (await fetch(`${url}v1/notice`)).json();
  for (const [i, text] of [
    'Thank you!',
    'That was quick.',
    'I am so angry.',
    'Lovely, great.',
    'It is fine.',
  ].entries()) {
    const token = await fetch(`${url}v1/tokens`, { method: 'POST', headers: { 'X-API-Key': KEY } });
    const socket = io(`${url}v1/stream`, { auth: await token.json(), transports: ['websocket'], forceNew: true });
    const consent = {
      subjectRef: `person-${i}`,
      purposes: ['support'],
      modalities: ['text'],
      noticeVersion: version,
      acknowledged: true,
      grantedAt: new Date().toISOString(),
    };
    const context = { purpose: 'support', setting: 'customerService' };
    await socket.emitWithAck('session.start', { modalities: ['text'], consent, context });
    const stored = new Promise((resolve) => socket.once('result.stored', resolve));
    await socket.emitWithAck('text.input', { text });
    await stored;
    socket.disconnect();
  }
}

async function shoot(page, name) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.mouse.move(0, 0);
    await page.evaluate('document.activeElement.blur(); scrollTo(0, 0)');
    await page.screenshot({ path: join(images, `${name}-${colorScheme}.png`) });
  }
}
