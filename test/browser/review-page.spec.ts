import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { CLIPS } from '../support/client.js';
import { browserTier, hasChromium, launchBrowser, watch, type Watched } from './browser.js';
import { startScriptedReview } from './scripted-review.js';
import { HOSTILE, TALES } from './tales.js';

(hasChromium ? describe : describe.skip)(`the review pages, ${browserTier}`, () => {
  let server: Awaited<ReturnType<typeof startScriptedReview>>;
  let browser: Browser;
  let page: Page;
  let seen: Watched;
  const tales = TALES();

  beforeAll(async () => {
    server = await startScriptedReview(tales);
    browser = await launchBrowser(join(CLIPS, 'silence.wav'));
  });
  afterAll(async () => {
    await browser.close();
    server.stop();
  });
  beforeEach(async () => {
    page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    seen = watch(page);
  });
  afterEach(async () => {
    await page.context().close();
  });

  const open = async (tale?: number): Promise<void> => {
    const hash = tale === undefined ? '' : `&session=${tales[tale]!.id}`;
    await page.goto(`${server.url}/review#key=analyst`);
    await page.waitForSelector('#rows a');
    if (tale === undefined) return;
    await page.goto(`${server.url}/review#${hash}`);
    await page.waitForSelector('#detail:not([aria-busy]) #history li');
  };
  const part = (name: string): Promise<string> => page.innerText(`#detail [data-part="${name}"]`);
  /** The label that stands, once it is this one. */
  const stands = (label: string): Promise<void> =>
    page.locator('#detail:not([aria-busy]) [data-part="label"]', { hasText: new RegExp(`^${label}$`, 'i') }).waitFor();
  /** Until there are so many rows. */
  const rows = async (count: number): Promise<void> => {
    await page
      .locator('#rows li')
      .nth(count - 1)
      .waitFor();
    await page.locator('#rows li').nth(count).waitFor({ state: 'detached' });
  };

  it('[RP1] asks for a key, says why one is not good, and keeps it in the tab alone', async () => {
    await page.goto(`${server.url}/review`);
    await page.fill('#key', 'wrong');
    await page.press('#key', 'Enter');
    await page.waitForSelector('#key-problem:not([hidden])');
    expect(await page.innerText('#key-problem')).toContain('does not accept this key');
    await page.fill('#key', 'client');
    await page.press('#key', 'Enter');
    await page.locator('#key-problem', { hasText: 'may not review' }).waitFor();
    await page.fill('#key', 'analyst');
    await page.press('#key', 'Enter');
    await page.waitForSelector('#rows a');
    const kept = await page.evaluate('[sessionStorage.length, localStorage.length, document.cookie]');
    expect(kept).toEqual([1, 0, '']);
    await page.click('#sign-out');
    await page.waitForSelector('#key-form:not([hidden])');
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
    expect(await page.isVisible('#queue')).toBe(false);
  });

  it('[RP2] lists what is worth an ear first, page by page', async () => {
    await open();
    const list = page.locator('#rows li');
    expect(await list.first().innerText()).toMatch(/≠ 1[\s\S]*1 alert/);
    expect(await list.count()).toBe(3);
    await page.click('#more');
    await rows(5);
    expect(await page.isVisible('#more')).toBe(false);
    const worth = await page.locator('.worth').allInnerTexts();
    const numbers = worth.map((text) => Number(/\d+/.exec(text)?.[0]));
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
  });

  it('[RP2] narrows, keeps filters in the address but never words, and says when nothing is left', async () => {
    await open();
    await page.selectOption('[name=label]', 'surprised');
    await rows(1);
    expect(new URL(page.url()).hash).toBe('#label=surprised');
    await page.fill('[name=text]', 'nobody said this');
    await page.waitForSelector('#queue-empty:not([hidden])');
    expect(await page.innerText('#queue-empty')).toContain('No session matches');
    expect(page.url()).not.toContain('nobody');
    await page.click('#filters-clear');
    await rows(3);
    expect(new URL(page.url()).hash).toBe('');
  });

  it('[RP2] says when the sessions cannot be loaded, and tries again', async () => {
    await open();
    server.fail(true);
    await page.selectOption('[name=days]', '7');
    await page.waitForSelector('#again:not([hidden])');
    expect(await page.innerText('#queue-told')).toContain('The database is away.');
    server.fail(false);
    // The page tries again by itself too, and may take the button away under the pointer.
    await page.dispatchEvent('#again', 'click');
    await page.waitForSelector('#again', { state: 'hidden' });
    expect(await page.innerText('#queue-told')).not.toContain('away');
  });

  it('[RP3] shows a session that changes elsewhere without being asked', async () => {
    await open();
    const row = page.locator(`[data-session="${tales[0]!.id}"]`);
    expect(await row.innerText()).toContain('5 utterances');
    const [, , , , last] = tales[0]!.lines;
    tales[0]!.lines.push({ ...last!, startMs: 55_000, endMs: 57_000 });
    server.changed(tales[0]!.id, 'result');
    await row.getByText('6 utterances').waitFor();
    tales[0]!.lines.pop();
  });

  it('[RP4] opens at the utterance that is worth most, with its course over time', async () => {
    await open(0);
    expect(await part('words')).toBe("No, it's fine. Really, I'm fine.");
    expect(await page.isVisible('#detail [data-part="clash"]')).toBe(true);
    expect(await page.getAttribute('.timeline', 'aria-label')).toMatch(/^Timeline of 5 utterances: .*disagree in 1\.$/);
    // Drawn once the page has given it a width.
    await page.locator('.timeline svg').nth(2).waitFor();
    expect(await page.locator('.timeline svg').count()).toBe(3);
    expect(await page.innerText('#alerts')).toMatch(/distress\s+unpleasant for two utterances\s+at 0:21\.0/);
    await page.click('#alerts >> text=Seen to');
    await page.waitForSelector('#alerts >> text=by key k1');
    expect(await page.locator('#utterances mark').allInnerTexts()).toContain('unfair');
    expect(await page.getAttribute('[aria-current]', 'data-emotion')).toBe(
      await page.getAttribute('#detail', 'data-emotion'),
    );
  });

  it('[RP5] tells why: cues, what each side alone would give, the whole of it, in English or Chinese', async () => {
    await open(0);
    expect(await part('cues')).toMatch(/voice\s+pitch lower than this speaker's usual, −1\.8 σ\s+→ sad/);
    expect(await part('cues')).toMatch(/face\s+brows drawn together\s+→ sad/);
    expect(await part('without')).toMatch(
      /Without the voice\s+neutral \d+%\s+Without the words\s+sad \d+%\s+Without the face\s+sad \d+%/,
    );
    expect(await part('bars')).toMatch(/sad, trusted 30%\s+face\s+80%/);
    await page.click('#detail summary');
    expect((await part('paragraph')).length).toBeGreaterThan((await part('summary')).length);
    await page.click('[data-locale=zh]');
    await page.waitForSelector('#detail [data-part="summary"][lang=zh]');
    expect(await part('summary')).toMatch(/[\u4e00-\u9fff]/);
  });

  it('[RP6] corrects in one click, revokes with a reason, and undoes', async () => {
    await open(3);
    await page.keyboard.press('2');
    await stands('happy');
    expect(await page.innerText('#toast')).toContain('Now happy.');
    await page.keyboard.press('r');
    await page.fill('#reason', 'somebody else spoke');
    await page.press('#reason', 'Enter');
    await stands('revoked');
    const history = await page.innerText('#history');
    expect(history).toMatch(
      /v3\s+revoked revoked · key k1[\s\S]*somebody else spoke[\s\S]*v2\s+happy corrected[\s\S]*v1\s+surprised analysed · model fusion-1/,
    );
    await page.click('#toast [data-part="undo"]');
    await stands('happy');
    await page.click('[aria-label^="Bring back version 1"]');
    await stands('surprised');
    expect(await page.locator('#history li').count()).toBe(5);
    expect(seen.errors).toEqual([]);
  });

  it('[RP6] takes no step that somebody else forestalled, and shows theirs', async () => {
    await open(2);
    const other = await browser.newPage();
    await other.goto(`${server.url}/review#key=analyst&session=${tales[2]!.id}`);
    await other.goto(`${server.url}/review#session=${tales[2]!.id}&utterance=u2`);
    await page.goto(`${server.url}/review#session=${tales[2]!.id}`);
    await page.click('#utterances li:last-child button');
    await page.waitForSelector('#detail:not([aria-busy]) [data-part="words"] mark');
    await other.waitForSelector('#detail:not([aria-busy]) #history li');
    await other.click('#utterances li:last-child button');
    await other.keyboard.press('3');
    // What was decided in the other window arrives here by itself.
    await stands('angry');
    expect(await page.innerText('#history')).toContain('corrected · key k1');
    expect(await page.textContent('#announce')).toContain('angry');
    await other.close();
  });

  it('[RP11] plays what is kept from its beginning, stops, asks once, and says what is gone', async () => {
    await open(0);
    const pressed = (state: boolean) => page.waitForSelector(`#listen[aria-pressed="${state}"]`);
    await page.click('#utterances li:first-child button');
    await page.keyboard.press('p');
    await pressed(true);
    await page.keyboard.press('p');
    await pressed(false);
    await page.click('#listen');
    await pressed(true);
    const listened = server.asked.filter((one) => one.endsWith('/audio'));
    expect(listened).toEqual([`GET /v1/sessions/${tales[0]!.id}/utterances/u1/audio`]);
    await page.keyboard.press('j');
    await pressed(false);
    expect(seen.errors).toEqual([]);
    await page.click('#listen');
    await page.locator('#listen-told', { hasText: 'Its sound is gone' }).waitFor();
  });

  it('[RP7] puts nothing that was said into the page as markup', async () => {
    await open(1);
    expect(await part('words')).toBe(HOSTILE);
    expect(await page.locator('#utterances .words').innerText()).toContain(HOSTILE);
    expect(
      await page.evaluate(`[document.querySelectorAll('main img, main script').length, 'hurt' in window]`),
    ).toEqual([0, false]);
    expect(seen.requests.filter((address) => new URL(address).host !== new URL(server.url).host)).toEqual([]);
  });

  it('[RP8] works by keyboard: through the queue, into a session, through what was said, and back', async () => {
    await open();
    await page.keyboard.press('?');
    expect(await page.innerText('#help')).toMatch(/j\s+next session/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#detail:not([aria-busy]) #history li');
    await page.keyboard.press('k');
    expect(await part('place')).toBe('2 of 5');
    await page.keyboard.press('j');
    expect(await part('place')).toBe('3 of 5');
    await page.waitForSelector('[data-utterance=u3] button:focus');
    await page.keyboard.press('q');
    await page.waitForSelector('#queue:not([hidden]) #rows a');
    await page.waitForSelector('#rows a:focus');
  });

  it('[RP9] reads on a phone without scrolling sideways, in light and in dark', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await open();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      await open(0);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    }
    expect(seen.errors).toEqual([]);
  });

  it('[RP3] shows words while they are spoken, and the session when it grows', async () => {
    await open(4);
    server.emit('utterance.start', { sessionId: tales[4]!.id, utteranceId: 'u2', startMs: 3_000 });
    server.emit('transcript.partial', {
      sessionId: tales[4]!.id,
      utteranceId: 'u2',
      revision: 1,
      text: 'And another',
      stableChars: 4,
    });
    const said = page.locator('#utterances');
    await said.getByText('And another').waitFor();
    const [first] = tales[4]!.lines;
    tales[4]!.lines.push({ ...first!, startMs: 3_000, endMs: 5_000, words: 'And another thing.' });
    server.emit('result.stored', { sessionId: tales[4]!.id, utteranceId: 'u2' });
    await said.getByText('And another thing.').waitFor();
    expect(await said.locator('li').count()).toBe(2);
  });
});
