import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { CLIPS } from '../support/client.js';
import { freshDataDir } from '../support/databases.js';
import { startServer, type TestServer } from '../support/server.js';
import { browserTier, hasChromium, launchBrowser, startSession, watch, type Watched } from './browser.js';

const SPEECH = join(CLIPS, 'two-sentences.wav');
const BOTH = ['voice', 'text'];

(hasChromium ? describe : describe.skip)(`the live page, ${browserTier}`, () => {
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  let seen: Watched;

  beforeAll(async () => {
    server = await startServer();
    browser = await launchBrowser(SPEECH);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });
  beforeEach(async () => {
    page = await browser.newPage();
    page.setDefaultTimeout(15_000);
    seen = watch(page);
  });
  afterEach(async () => {
    await page.context().close();
  });

  const start = (agreed = BOTH): Promise<void> => startSession(page, server.url, server.apiKey, agreed);
  /** The newest card that is finished. */
  const card = async (): Promise<string> => {
    const done = page.locator('.card[data-state="done"]').first();
    await done.waitFor({ timeout: 45_000 });
    return done.innerText();
  };

  it('[LP1] [LP14] shows the notice and takes consent before anything can be sent', async () => {
    await page.goto(`${server.url}/#key=${server.apiKey}`);
    await page.waitForSelector('#consent:not([hidden])');
    expect((await page.innerText('#notice')).length).toBeGreaterThan(100);
    expect(await page.isDisabled('#agree')).toBe(true);
    expect(await page.isVisible('#mic')).toBe(false);
    expect(page.url()).not.toContain(server.apiKey);
    await page.check('[name=voice]');
    expect(await page.isDisabled('#agree')).toBe(true);
    // Where the server keeps no sound nobody is asked for it.
    expect(await page.isVisible('[name=keepAudio]')).toBe(false);
    await page.check('[name=acknowledged]');
    expect(seen.sent).not.toContain('session.start');
    await page.click('#agree');
    await page.waitForSelector('#mic:enabled');
    expect(await page.isDisabled('#message')).toBe(true);
  });

  it('[LP3] [LP7] turns speech at the microphone into a card, and asks no other host', async () => {
    await start();
    await page.click('#mic');
    expect(await card()).toMatch(
      /spoken[\s\S]*(Neutral|Happy|Angry|Sad|Fearful|Disgust|Surprised|Not sure)[\s\S]*Voice/i,
    );
    const { host } = new URL(server.url);
    expect(seen.requests.filter((address) => new URL(address).host !== host)).toEqual([]);
    expect(seen.errors).toEqual([]);
  });

  it('[LP3] turns a typed message into a card', async () => {
    await start();
    await page.fill('#message', 'This is so unfair, I am furious!');
    await page.press('#message', 'Enter');
    const text = await card();
    expect(text).toContain('This is so unfair, I am furious!');
    expect(text).toMatch(/typed/);
    expect(await page.inputValue('#message')).toBe('');
    expect(seen.errors).toEqual([]);
  });

  it('[LP5] streams a recording to its end and reads its last words', async () => {
    await start();
    await page.setInputFiles('#file', join(CLIPS, 'two-sentences.mp3'));
    await page.waitForSelector('.card[data-state="done"] >> nth=1', { timeout: 45_000 });
    await page.waitForSelector('#file-run', { state: 'hidden' });
    expect(seen.errors).toEqual([]);
  });

  it('[LP5] says so when a file is not audio', async () => {
    await start();
    await page.setInputFiles('#file', join(CLIPS, 'not-audio.bin'));
    expect(await page.innerText('.note.error')).toContain('not-audio.bin cannot be read as audio.');
    await page.waitForSelector('#mic:enabled');
  });

  it('[LP2] sends nothing more once consent is withdrawn', async () => {
    await start();
    await page.click('#mic');
    await page.locator('#level:not([aria-valuenow="-60"])').waitFor();
    await page.click('#withdraw');
    await page.waitForSelector('#closed:not([hidden])');
    expect(await page.innerText('#closed')).toContain('You withdrew your consent.');
    await page.waitForTimeout(500);
    const after = seen.sent.slice(seen.sent.indexOf('consent.withdraw'));
    expect(seen.sent).toContain('binary');
    expect(after).toContain('consent.withdraw');
    expect(after).not.toContain('binary');
    expect(await page.isDisabled('#mic')).toBe(true);
    expect(seen.errors).toEqual([]);
  });

  it('[LP2] takes back one half of the consent and goes on with the other', async () => {
    await start();
    await page.click('#withdraw-text');
    await page.waitForSelector('#message:disabled');
    expect(await page.innerText('#agreed')).toContain('only your voice is read');
    expect(await page.isVisible('#withdraw-voice')).toBe(false);
    await page.click('#withdraw');
    await page.waitForSelector('#closed:not([hidden])');
    expect(seen.errors).toEqual([]);
  });

  it('[LP2] withdraws and has what is kept erased, and says that it is', async () => {
    const data = await freshDataDir();
    const keeping = await startServer({ STORAGE: 'on', DATA_DIR: data });
    await startSession(page, keeping.url, keeping.apiKey, BOTH);
    await page.fill('#message', 'This is so unfair, I am furious!');
    await page.press('#message', 'Enter');
    await card();
    await page.click('#erase');
    await page.locator('#closed', { hasText: 'What was kept of you is erased.' }).waitFor();
    expect(await page.innerText('#closed')).toContain('You withdrew your consent.');
    expect(await page.locator('.note.error').count()).toBe(0);
    await page.click('#again');
    await page.waitForSelector('#status[data-state="connected"]');
    expect(seen.errors).toEqual([]);
    await keeping.stop();
    rmSync(data, { recursive: true });
  });

  it('[LP1] shows why the server refuses a setting', async () => {
    await page.goto(`${server.url}/#key=${server.apiKey}`);
    await page.check('[name=voice]');
    await page.check('[name=acknowledged]');
    await page.selectOption('#setting', 'workplace');
    await page.click('#agree');
    await page.waitForSelector('#consent-problem:not([hidden])');
    expect(await page.innerText('#consent-problem')).toContain('prohibited');
    expect(await page.isVisible('#mic')).toBe(false);
  });

  it('[LP6] starts another session after the first has ended', async () => {
    await start();
    await page.click('#end');
    await page.click('#again');
    expect(await page.isChecked('[name=voice]')).toBe(true);
    await page.waitForSelector('#status[data-state="connected"]');
    await page.click('#agree');
    await page.waitForSelector('#mic:enabled');
    expect(seen.sent.filter((event) => event === 'session.start')).toHaveLength(2);
    expect(seen.errors).toEqual([]);
  });

  it('[LP6] says that a lost connection ended the session', async () => {
    const mortal = await startServer();
    await startSession(page, mortal.url, mortal.apiKey, BOTH);
    mortal.process.kill('SIGKILL');
    await page.waitForSelector('#closed:not([hidden])');
    expect(await page.innerText('#closed')).toContain('The connection was lost');
    expect(await page.innerText('#status')).toContain('Reconnecting');
    expect(await page.isDisabled('#mic')).toBe(true);
    await mortal.stop();
  });

  it('[LP8] asks for a key where there is none or a wrong one', async () => {
    await page.goto(`${server.url}/#key=wrong`);
    await page.waitForSelector('#key-form:not([hidden])');
    expect(await page.innerText('#key-problem')).toContain('does not accept this key');
    await page.fill('#key', server.apiKey);
    await page.press('#key', 'Enter');
    await page.waitForSelector('#consent:not([hidden])');
  });
});
