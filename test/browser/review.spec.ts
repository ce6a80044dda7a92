import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { CLIPS } from '../support/client.js';
import { startServer, type TestServer } from '../support/server.js';
import { browserTier, hasChromium, launchBrowser, startSession, watch, type Watched } from './browser.js';

const WORDS = 'This is so unfair, I am furious!';

/** One story on one server with the embedded database: somebody speaks, an analyst reviews, both see what comes of it. */
(hasChromium ? describe : describe.skip)(`a session and its review, ${browserTier}`, () => {
  const data = mkdtempSync(join(tmpdir(), 'undertone-review-'));
  let server: TestServer;
  let browser: Browser;
  let live: Page;
  let analyst: Page;
  let colleague: Page;
  const seen: Watched[] = [];

  const window = async (): Promise<Page> => {
    // Windows of different people: nothing is shared between them.
    const page = await (await browser.newContext({ acceptDownloads: true })).newPage();
    page.setDefaultTimeout(45_000);
    seen.push(watch(page));
    return page;
  };
  const typed = (): Locator => live.locator('.card', { hasText: WORDS });
  const label = (page: Page): Locator => page.locator('#detail:not([aria-busy]) [data-part="label"]');
  const openTyped = async (page: Page): Promise<void> => {
    await page.goto(`${server.url}/review#key=${server.apiKey}`);
    await page.locator('#rows a').first().click();
    await page.locator('#utterances button', { hasText: WORDS }).click();
    await page.locator('#detail:not([aria-busy]) blockquote', { hasText: WORDS }).waitFor();
  };

  beforeAll(async () => {
    server = await startServer({ STORAGE: 'on', DATA_DIR: data });
    browser = await launchBrowser(join(CLIPS, 'two-sentences.wav'));
    [live, analyst, colleague] = [await window(), await window(), await window()];
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('[LP1] [LP3] takes consent, then hears a clip at the microphone and reads a message', async () => {
    await startSession(live, server.url, server.apiKey, ['voice', 'text']);
    await live.click('#mic');
    await live.locator('.card[data-state="done"]', { hasText: 'spoken' }).first().waitFor();
    await live.click('#mic');
    await live.fill('#message', WORDS);
    await live.press('#message', 'Enter');
    await typed().locator('[data-part="foot"]').waitFor();
  });

  it('[RP2] [RP3] has the session in the queue while it lasts', async () => {
    await analyst.goto(`${server.url}/review#key=${server.apiKey}`);
    const row = analyst.locator('#rows li').first();
    await row.getByText('live', { exact: true }).waitFor();
    expect(await row.innerText()).toMatch(/\d+ utterances/);
    expect(analyst.url()).not.toContain(server.apiKey);
  });

  it('[RP4] [RP5] shows what was said, the emotion and why', async () => {
    await openTyped(analyst);
    const told = await typed().locator('[data-part="label"]').innerText();
    expect(await label(analyst).innerText()).toBe(told);
    expect(await analyst.locator('#detail [data-part="words"] mark').allInnerTexts()).toContain('furious');
    expect(await analyst.innerText('#detail [data-part="summary"]')).toBe(
      await typed().locator('[data-part="summary"]').innerText(),
    );
    expect(await analyst.innerText('#history')).toMatch(/v1[\s\S]*analysed · model/);
    expect(await analyst.locator('.timeline svg').count()).toBe(3);
  });

  it('[RP6] revokes a label with a reason, and everybody who looks sees it at once', async () => {
    await openTyped(colleague);
    await analyst.keyboard.press('r');
    await analyst.fill('#reason', 'said in jest');
    await analyst.press('#reason', 'Enter');
    for (const page of [analyst, colleague]) {
      await label(page).getByText('Revoked').waitFor();
      expect(await page.innerText('#history')).toMatch(/v2\s+revoked revoked · key [\s\S]*said in jest/);
    }
    await typed().locator('[data-part="label"]', { hasText: 'Revoked' }).waitFor();
  });

  it('[RP6] undoes it, and it stands again everywhere', async () => {
    await analyst.keyboard.press('u');
    for (const page of [analyst, colleague]) {
      await page.locator('#history li', { hasText: 'brought back from version 1' }).waitFor();
      expect(await label(page).innerText()).not.toBe('Revoked');
    }
    await typed().locator('[data-part="label"]:not(:text-is("Revoked"))').waitFor();
  });

  it('[RP3] shows what is said while the session is open in review', async () => {
    await live.fill('#message', 'Never mind, thank you.');
    await live.press('#message', 'Enter');
    await colleague.locator('#utterances', { hasText: 'Never mind, thank you.' }).waitFor();
  });

  it.each(['json', 'csv'])('[RP6] exports the session as %s', async (format) => {
    const [download] = await Promise.all([analyst.waitForEvent('download'), analyst.click(`#export-${format}`)]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`^undertone-session-.*\\.${format}$`));
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toContain(WORDS);
  });

  it('[RP7] [RP10] puts no markup into the page, asks no other host and meets no error', async () => {
    await live.fill('#message', '<img src=x onerror="window.hurt=1"> fine');
    await live.press('#message', 'Enter');
    await analyst.locator('#utterances', { hasText: '<img src=x' }).waitFor();
    expect(await analyst.evaluate(`[document.querySelectorAll('main img').length, 'hurt' in window]`)).toEqual([
      0,
      false,
    ]);
    const { host } = new URL(server.url);
    expect(
      seen.flatMap(({ requests }) => requests).filter((url) => !url.startsWith('blob:') && new URL(url).host !== host),
    ).toEqual([]);
    expect(seen.flatMap(({ errors }) => errors)).toEqual([]);
  });

  it('[RP3] says that the session is over once it is', async () => {
    await live.click('#end');
    await analyst.locator('#session-facts', { hasText: 'ended' }).waitFor();
    expect(await analyst.locator('#session-facts .on-air').count()).toBe(0);
  });
});
