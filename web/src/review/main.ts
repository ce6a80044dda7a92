import { Api, forgetKey, keepKey, Refused, takeKey } from '../api.js';
import { byId, say } from '../dom.js';
import { Notes } from '../notes.js';
import { Keyboard, type Command } from './keyboard.js';
import { QueuePage } from './queue-page.js';
import { Rest } from './rest.js';
import { ReviewClient } from './review-client.js';
import { hashOf, routeOf, type Filters } from './route.js';
import { RecordsPage } from './records-page.js';
import { SessionPage } from './session-page.js';
import { WatchClient, type WatchState } from './watch-client.js';

const notes = new Notes();
const keyboard = new Keyboard(byId('help', HTMLDialogElement));
const queue = new QueuePage(narrow);
const session = new SessionPage(notes);
const records = new RecordsPage();
const recordsLink = byId('records-link', HTMLAnchorElement);
const keyForm = byId('key-form', HTMLFormElement);
const signOut = byId('sign-out', HTMLButtonElement);

let client: ReviewClient | undefined;
/** With whatever the key may; the rest of the page takes no more than an analyst's token. */
let own: Rest | undefined;
const TO_RECORDS: Command = {
  keys: ['g'],
  does: 'the records: figures, ledger, retention, people',
  run: () => {
    recordsLink.click();
  },
};

let watcher: WatchClient | undefined;
/** What was said is looked for here, and never stands in the address. */
let text: string | undefined;

// ── Coming in ───────────────────────────────────────────────────────────────────────────────────────────────────────

function askForKey(problem: string): void {
  watcher?.close();
  watcher = undefined;
  client = own = undefined;
  queue.close();
  session.close();
  records.close();
  notes.clear();
  keyboard.set([]);
  signOut.hidden = recordsLink.hidden = true;
  keyForm.hidden = false;
  showStatus('off', 'Signed out');
  say(byId('key-problem', HTMLElement), problem);
  byId('key', HTMLInputElement).focus();
}

async function enter(key: string): Promise<void> {
  const api = new Api(key, 'analyst');
  const rest = new Rest(api);
  try {
    await rest.enter();
  } catch (error) {
    const status = error instanceof Refused ? error.status : 0;
    if (status === 401) forgetKey();
    askForKey(whyNot(status, error));
    return;
  }
  keepKey(key);
  byId('key', HTMLInputElement).value = '';
  keyForm.hidden = true;
  signOut.hidden = recordsLink.hidden = false;
  client = new ReviewClient(rest);
  own = new Rest(new Api(key, 'own'));
  watcher = new WatchClient(api, onWatch, {
    'sessions.changed': ({ sessionId }) => {
      queue.changed();
      session.changed(sessionId);
    },
    'result.stored': ({ sessionId }) => {
      session.changed(sessionId);
    },
    ...session.transcript.heard,
  });
  show();
}

function whyNot(status: number, error: unknown): string {
  if (status === 401) return 'The server does not accept this key.';
  if (status === 403) return 'This key may not review. Ask for the key of an analyst.';
  const message = error instanceof Error ? error.message : String(error);
  return status === 0 ? `The server cannot be reached: ${message}` : message;
}

function onWatch(state: WatchState): void {
  const words = { connected: 'Live', lost: 'Reconnecting …', refused: 'Not live' };
  showStatus(state === 'connected' ? 'session' : state, words[state]);
  if (state !== 'connected') return;
  // What happened while nobody listened.
  queue.changed();
  session.changed(null);
}

function showStatus(state: string, words: string): void {
  const status = byId('status', HTMLElement);
  status.dataset['state'] = state;
  status.textContent = words;
}

// ── Where the address leads ─────────────────────────────────────────────────────────────────────────────────────────

function show(): void {
  if (!client || !own) return;
  const route = routeOf(location.hash);
  if (route.page !== 'queue') queue.close();
  if (route.page !== 'session') session.close();
  if (route.page !== 'records') records.close();
  watcher?.watch(route.page === 'session' ? route.session : undefined);
  switch (route.page) {
    case 'session':
      keyboard.set([...session.commands, TO_RECORDS]);
      void session.open(client, route.session, route.utterance);
      break;
    case 'records':
      keyboard.set(records.commands);
      void records.open(own);
      break;
    case 'queue':
      keyboard.set([...queue.commands, TO_RECORDS]);
      for (const id of ['back', 'records-back']) byId(id, HTMLAnchorElement).href = hashOf(route);
      void queue.open(client, { ...route.filters, ...(text ? { text } : {}) });
      break;
  }
}

/** Other filters: the address follows, and a reload or a copied link shows the same. */
function narrow(filters: Filters): void {
  text = filters.text;
  history.replaceState(null, '', hashOf({ page: 'queue', filters }));
  show();
}

keyForm.addEventListener('submit', (event) => {
  event.preventDefault();
  void enter(byId('key', HTMLInputElement).value.trim());
});
signOut.addEventListener('click', () => {
  forgetKey();
  askForKey('');
});
byId('help-open', HTMLButtonElement).addEventListener('click', () => {
  keyboard.showHelp();
});
window.addEventListener('hashchange', show);

const key = takeKey();
if (key) void enter(key);
else askForKey('');
