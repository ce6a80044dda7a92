import { Api, forgetKey, keepKey, Refused, takeKey } from '../api.js';
import { byId, say } from '../dom.js';
import { Notes } from '../notes.js';
import { Keyboard } from './keyboard.js';
import { QueuePage } from './queue-page.js';
import { Rest } from './rest.js';
import { ReviewClient } from './review-client.js';
import { hashOf, routeOf, type Filters } from './route.js';
import { SessionPage } from './session-page.js';
import { WatchClient, type WatchState } from './watch-client.js';

const notes = new Notes();
const keyboard = new Keyboard(byId('help', HTMLDialogElement));
const queue = new QueuePage(narrow);
const session = new SessionPage(notes);
const keyForm = byId('key-form', HTMLFormElement);
const signOut = byId('sign-out', HTMLButtonElement);

let client: ReviewClient | undefined;
let watcher: WatchClient | undefined;
/** What was said is looked for here, and never stands in the address. */
let text: string | undefined;

// ── Coming in ───────────────────────────────────────────────────────────────────────────────────────────────────────

function askForKey(problem: string): void {
  watcher?.close();
  watcher = undefined;
  client = undefined;
  queue.close();
  session.close();
  notes.clear();
  keyboard.set([]);
  signOut.hidden = true;
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
  signOut.hidden = false;
  client = new ReviewClient(rest);
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
  if (!client) return;
  const route = routeOf(location.hash);
  if (route.page === 'session') {
    queue.close();
    keyboard.set(session.commands);
    watcher?.watch(route.session);
    void session.open(client, route.session, route.utterance);
    return;
  }
  session.close();
  watcher?.watch(undefined);
  keyboard.set(queue.commands);
  byId('back', HTMLAnchorElement).href = hashOf(route);
  void queue.open(client, { ...route.filters, ...(text ? { text } : {}) });
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
