import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page, type WebSocket } from 'playwright-core';

const CHROMIUM = process.env['UNDERTONE_CHROMIUM'] ?? '/usr/bin/chromium';

/** The browser tier needs Chromium: without one its suites are skipped, and say so in their title. */
export const hasChromium = existsSync(CHROMIUM);
export const browserTier = hasChromium
  ? 'in Chromium'
  : `SKIPPED, there is no Chromium at ${CHROMIUM} (UNDERTONE_CHROMIUM)`;

/** A headless browser whose microphone plays this wav over and over. */
export function launchBrowser(microphone: string): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${microphone}`,
    ],
  });
}

/** What a page did behind the scenes. */
export interface Watched {
  /** Errors on the console and uncaught ones. */
  readonly errors: string[];
  /** Addresses asked for, sockets included. */
  readonly requests: string[];
  /** What went out over sockets, in order: the name of an event, or `binary`. */
  readonly sent: string[];
}

export function watch(page: Page): Watched {
  const watched: Watched = { errors: [], requests: [], sent: [] };
  page.on('console', (message) => {
    if (message.type() === 'error') watched.errors.push(message.text());
  });
  page.on('pageerror', (error) => watched.errors.push(error.message));
  page.on('request', (request) => watched.requests.push(request.url()));
  page.on('websocket', (socket: WebSocket) => {
    watched.requests.push(socket.url());
    socket.on('framesent', ({ payload }) => {
      const event = typeof payload === 'string' ? /"([a-z.]+[A-Za-z]*)"/.exec(payload)?.[1] : 'binary';
      if (event) watched.sent.push(event);
    });
  });
  return watched;
}

/** Opens the page with its key, ticks what is agreed to, and starts. */
export async function startSession(page: Page, url: string, apiKey: string, agreed: readonly string[]): Promise<void> {
  await page.goto(`${url}/#key=${apiKey}`);
  for (const box of [...agreed, 'acknowledged']) await page.check(`[name=${box}]`);
  await page.click('#agree');
  await page.waitForSelector('#live:not([hidden])');
}
