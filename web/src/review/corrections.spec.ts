import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { parseHTML } from 'linkedom';
import type { Notes } from '../notes.js';
import { Corrections, type Target } from './corrections.js';
import type { ReasonDialog } from './reason-dialog.js';
import type { ReviewClient } from './review-client.js';
import { Toast } from './toast.js';

it('[RP6] a step is taken back by the version that it made, whatever stands by then', async () => {
  const { document, HTMLElement, HTMLInputElement } = parseHTML(readFileSync('web/review.html', 'utf8'));
  Object.assign(globalThis, { document, HTMLElement, HTMLInputElement });
  const undone: Target[] = [];
  const corrections = new Corrections(
    {} as ReasonDialog,
    new Toast(),
    {} as Notes,
    () => Promise.resolve(),
    (made) => undone.push(made),
  );
  const client = { override: () => Promise.resolve({ revision: 3 }) } as unknown as ReviewClient;
  await corrections.override(client, { session: 's', utterance: 'u1', version: 2 }, 'sad');
  document.querySelector<HTMLElement>('#toast [data-part="undo"]')?.click();
  expect(undone).toEqual([{ session: 's', utterance: 'u1', version: 3 }]);
});
