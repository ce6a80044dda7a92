import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Download, Locator, Page } from 'playwright-core';
import { newApiKey } from '../../src/common/api-keys.js';
import { SOUND_NOTICE } from '../../src/privacy/notice.js';
import { isSigned, parseCheckpoint } from '../../src/sessions/checkpoint.js';
import { CLIPS, consent, TestClient } from '../support/client.js';
import { API_KEY, startServer, type TestServer } from '../support/server.js';
import { browserTier, hasChromium, launchBrowser, startSession, watch, type Watched } from './browser.js';

const ANALYST = newApiKey('default', 'analyst');
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
    const API_KEYS = `${API_KEY},${ANALYST.entry}`;
    server = await startServer({ STORAGE: 'on', DATA_DIR: data, AUDIO_KEEP_DAYS: '30', API_KEYS });
    browser = await launchBrowser(join(CLIPS, 'two-sentences.wav'));
    [live, analyst, colleague] = [await window(), await window(), await window()];
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('[LP14] asks by itself whether sound may be kept, says for how long, and only of whom is heard', async () => {
    await live.goto(`${server.url}/#key=${server.apiKey}`);
    await live.waitForSelector('#keep-audio-offer:visible');
    expect(await live.innerText('#keep-audio-offer')).toContain('for at most 30 days');
    expect(await live.isChecked('[name=keepAudio]')).toBe(false);
    expect(await live.isDisabled('[name=keepAudio]')).toBe(true);
    await live.check('[name=voice]');
    await live.check('[name=keepAudio]');
    await live.uncheck('[name=voice]');
    expect(await live.isChecked('[name=keepAudio]')).toBe(false);
  });

  it('[LP1] [LP3] takes consent, then hears a clip at the microphone and reads a message', async () => {
    await startSession(live, server.url, server.apiKey, ['voice', 'text', 'keepAudio']);
    expect(await live.innerText('#agreed')).toContain('the sound of your voice is kept');
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
    await analyst.locator('.timeline svg').nth(2).waitFor();
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

  it('[RP11] plays what was spoken, whose sound is kept, and offers none of what was typed', async () => {
    expect(await analyst.isVisible('#listen')).toBe(false);
    await analyst.keyboard.press('p');
    const spoken = analyst.locator('#utterances button').first();
    await spoken.click();
    await analyst.waitForSelector('#listen:visible');
    await analyst.keyboard.press('p');
    await analyst.waitForSelector('#listen[aria-pressed="true"]');
    // To its end.
    await analyst.waitForSelector('#listen[aria-pressed="false"]');
    expect(await analyst.innerText('#listen-told')).toBe('Who listens is written down.');
    await analyst.locator('#utterances button', { hasText: WORDS }).click();
    await analyst.waitForSelector('#listen', { state: 'hidden' });
  });

  it.each(['json', 'csv'])('[RP6] exports the session as %s', async (format) => {
    const [download] = await Promise.all([analyst.waitForEvent('download'), analyst.click(`#export-${format}`)]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`^undertone-session-.*\\.${format}$`));
    expect(await contentOf(download)).toContain(WORDS);
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

  describe('records', () => {
    const told = (what: string, text: string): Promise<void> => analyst.locator(what, { hasText: text }).waitFor();

    it('[RP12] tells figures of five people and more, each person once', async () => {
      for (let i = 0; i < 5; i++) {
        const mine = { ...consent(['text']), subjectRef: `person-${i}`, noticeVersion: SOUND_NOTICE.version };
        const client = await TestClient.open(server, { modalities: ['text'], consent: mine });
        await client.ask('text.input', { text: 'I am so happy today!' });
        await client.until(() => client.of('result.stored').length === 1);
        await client.end();
      }
      await analyst.keyboard.press('g');
      await told('#figures li', '6 people');
      await analyst.selectOption('#figures-form [name=by]', 'purpose');
      await told('#figures li', 'withheld: fewer than 5 people');
      expect(await analyst.innerText('#figures')).toMatch(/test\s+5 people · 5 utterances[\s\S]*100% happy/);
      await analyst.fill('#figures-form [name=to]', '2020-01-01');
      await told('#figures-told', 'No sessions.');
    });

    it('[RP12] shows the ledger, proves it, and hands out a signed checkpoint', async () => {
      await told('#ledger li', 'audio heard');
      await analyst.focus('#records-title');
      await analyst.keyboard.press('v');
      await told('#ledger-told', 'The ledger holds');
      const [download] = await Promise.all([analyst.waitForEvent('download'), analyst.click('#ledger-checkpoint')]);
      expect(isSigned(parseCheckpoint(await contentOf(download)))).toBe(true);
    });

    it('[RP12] sets retention, does what is due, and reports it', async () => {
      await analyst.fill('[name=keepSessionsDays]', '365');
      await analyst.press('[name=keepSessionsDays]', 'Enter');
      await told('#retention-told', 'Saved. Set today');
      expect(await analyst.getAttribute('[name=keepAudioDays]', 'placeholder')).toBe('30, as the server does');
      await analyst.click('#purge');
      await told('#retention-told', 'Done. 0 sessions deleted');
      await told('#ledger li', 'retention changed');
    });

    it('[RP12] answers a person: hands out what is kept, and erases it once that is confirmed', async () => {
      await analyst.fill('#person-ref', 'nobody');
      await analyst.press('#person-ref', 'Enter');
      await told('#person-told', 'Nothing is stored of such a subject.');
      await analyst.fill('#person-ref', 'person-1');
      const [download] = await Promise.all([
        analyst.waitForEvent('download'),
        analyst.click('#person button[value=archive]'),
      ]);
      expect(JSON.parse(await contentOf(download))).toMatchObject({ subjectRef: 'person-1', sessions: [{}] });
      await analyst.click('#person button[value=erase]');
      expect(await analyst.innerText('#erase-who')).toBe('person-1');
      await analyst.keyboard.press('Escape');
      await analyst.click('#person button[value=erase]');
      await analyst.click('#erase-dialog button[value=go]');
      await told('#person-told', 'Erased: 1 session.');
      await told('#ledger li', 'subject erased');
      expect(analyst.url()).not.toContain('person-1');
      await analyst.click('#person button[value=archive]');
      await told('#person-told', 'Nothing is stored of such a subject.');
    });

    it('[RP12] keeps all but the figures from an analyst', async () => {
      await colleague.evaluate('sessionStorage.clear()');
      await colleague.goto(`${server.url}/review#key=${ANALYST.key}`);
      await colleague.reload();
      await colleague.waitForSelector('#rows a');
      await colleague.click('#records-link');
      await colleague.locator('#figures li', { hasText: '6 people' }).waitFor();
      expect(await colleague.isVisible('#administration')).toBe(false);
      expect(await colleague.innerText('#records-told')).toContain('an administrator’s key');
      await colleague.keyboard.press('q');
      await colleague.waitForSelector('#queue:not([hidden])');
      expect(seen[2]?.errors).toEqual([]);
    });

    it('[RP9] [RP12] reads on a phone without scrolling sideways, in light and in dark', async () => {
      await analyst.setViewportSize({ width: 360, height: 740 });
      for (const colorScheme of ['light', 'dark'] as const) {
        await analyst.emulateMedia({ colorScheme });
        await analyst.locator('#ledger summary').first().click();
        expect(await analyst.evaluate('document.documentElement.scrollWidth')).toBe(360);
      }
    });
  });
});

async function contentOf(download: Download): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
