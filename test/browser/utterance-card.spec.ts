import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { unavailable } from '../../src/emotion/evidence.js';
import { evidenceOf, peaked, textOf, voiceOf } from '../../src/fusion/evidence.fixture.js';
import { CLIPS } from '../support/client.js';
import { browserTier, hasChromium, launchBrowser, startSession, watch, type Watched } from './browser.js';
import { startScriptedServer, type Script } from './scripted-server.js';

const LOW = {
  modality: 'voice',
  name: 'pitchHeight',
  detail: 'pitch lower than usual',
  toward: 'sad',
  weight: 0.9,
} as const;
const LOUD = { ...LOW, name: 'loudness', detail: 'louder than usual', weight: -0.4 } as const;
const FINE = {
  modality: 'text',
  name: 'word',
  detail: 'the word “fine”',
  toward: 'neutral',
  weight: 0.5,
  textSpan: [4, 8],
} as const;

const LATER = { ...FINE, textSpan: [8, 12] } as const;

const SCRIPTS: Readonly<Record<string, Script>> = {
  "I'm fine.": {
    voice: voiceOf(peaked({ sad: 0.85 }), { cues: [LOW, LOUD] }),
    text: textOf(peaked({ neutral: 0.8, happy: 0.1 }), {
      cues: [FINE],
      quality: { asrConfidence: 0.6, contentWords: 1, languageSupported: true },
    }),
  },
  'It went fine.': { voice: voiceOf(peaked({ sad: 0.9 })), text: textOf(peaked({ happy: 0.85 }), { cues: [LATER] }) },
  'so sad': { voice: voiceOf(peaked({ sad: 0.9 })), text: textOf(peaked({ sad: 0.9 })) },
  'no words': { voice: voiceOf(peaked({ angry: 0.9 })), text: unavailable('text', 'modelUnavailable') },
  seen: {
    voice: voiceOf(peaked({ sad: 0.6 })),
    text: textOf(peaked({ neutral: 0.8 })),
    face: evidenceOf('face', peaked({ sad: 0.8 }), { quality: { reliability: 0.8 } }),
  },
  nothing: { voice: unavailable('voice', 'tooShort'), text: unavailable('text', 'empty') },
};

(hasChromium ? describe : describe.skip)(`an utterance's card, ${browserTier}`, () => {
  let server: Awaited<ReturnType<typeof startScriptedServer>>;
  let browser: Browser;
  let page: Page;
  let seen: Watched;

  beforeAll(async () => {
    server = await startScriptedServer(
      (text) => SCRIPTS[text] ?? { voice: voiceOf(peaked({})), text: textOf(peaked({})) },
    );
    browser = await launchBrowser(join(CLIPS, 'silence.wav'));
    page = await browser.newPage();
    seen = watch(page);
    await startSession(page, server.url, 'any', ['voice', 'text']);
  });
  afterAll(async () => {
    await browser.close();
    server.stop();
  });

  const cardOf = async (text: string): Promise<Locator> => {
    const count = await page.locator('.card').count();
    await page.fill('#message', text);
    await page.click('#send');
    await page.locator('.card').nth(count).waitFor();
    const card = page.locator('.card').first();
    await card.locator('[data-part="foot"]').waitFor();
    return card;
  };
  const part = (card: Locator, name: string): Promise<string> => card.locator(`[data-part="${name}"]`).innerText();

  it('[LP9] marks that voice and words disagree, and says how', async () => {
    const card = await cardOf('It went fine.');
    expect(await part(card, 'clash')).toMatch(
      /Voice and words disagree\s+Pleasant words, unpleasant voice\s+strength \d+%/,
    );
    expect(await part(card, 'words')).toBe('It went fine.');
    expect(await card.locator('mark').allInnerTexts()).toEqual(['fine']);
    expect(await part(card, 'label')).toMatch(/^Sad$/i);
  });

  it('[LP3] shows reasons with direction and weight, gates, and what each side alone would give', async () => {
    const card = await cardOf("I'm fine.");
    const cues = await part(card, 'cues');
    expect(cues).toMatch(/voice\s+pitch lower than usual\s+→ sad \+0\.90/);
    expect(cues).toMatch(/voice\s+louder than usual\s+against sad −0\.40/);
    expect(cues).toMatch(/words\s+the word “fine”\s+→ neutral \+0\.\d\d/);
    expect(await part(card, 'gates')).toContain('recognition confidence 0.6');
    expect(await part(card, 'without')).toMatch(/Without the voice\s+neutral \d+%\s+Without the words\s+sad 85%/);
    expect(await part(card, 'set')).toMatch(/^90% coverage\s+sad/);
  });

  it('[LP3] shows what a further modality reads, and what would be answered without it', async () => {
    const card = await cardOf('seen');
    expect(await part(card, 'bars')).toMatch(/sad, trusted 40%\s+face/);
    expect(await part(card, 'without')).toMatch(/Without the face\s+\w+ \d+%/);
    expect(await (await cardOf('so sad')).locator('.further tr').count()).toBe(0);
  });

  it('[LP9] does not cry wolf: where both agree there is no mark', async () => {
    const card = await cardOf('so sad');
    expect(await card.locator('[data-part="clash"]').isVisible()).toBe(false);
    expect(await card.getAttribute('class')).toBe('card');
  });

  it('[LP3] says why there is no transcript', async () => {
    const card = await cardOf('no words');
    expect(await part(card, 'no-words')).toBe('No transcript: its model is not installed.');
    expect(await part(card, 'without')).toContain('Without the voice\nnothing to go on');
  });

  it('[LP10] shows an abstention as one', async () => {
    const card = await cardOf('nothing');
    expect(await part(card, 'label')).toBe('Not sure');
    expect((await part(card, 'confidence')).length).toBeGreaterThan(10);
    expect(await part(card, 'set')).toBe('no emotion can be ruled out');
    expect(await part(card, 'bars')).toContain('too little voice to read');
  });

  it('[LP12] shows words that are still spoken, and which of them may change', async () => {
    await page.fill('#message', 'I am on my way…');
    await page.click('#send');
    const card = page.locator('.card[data-state="open"]').first();
    await card.locator('.unstable').waitFor();
    expect(await part(card, 'words')).toBe('I am on my way…');
    expect(await card.locator('.unstable').textContent()).toBe(' way…');
  });

  it('[LP11] tells each result to a screen reader', async () => {
    const card = await cardOf('so sad');
    expect(await page.locator('[aria-live="polite"]').textContent()).toBe(await part(card, 'summary'));
    expect(seen.errors).toEqual([]);
  });
});
