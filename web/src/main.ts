import { OWN_MODALITIES } from '../../src/emotion/evidence.js';
import { Api, forgetKey, keepKey, Refused, takeKey } from './api.js';
import { ConsentForm, type Agreement } from './consent-form.js';
import { Controls } from './controls.js';
import { Conversation } from './conversation.js';
import { byId, part, say } from './dom.js';
import { Notes } from './notes.js';
import { StreamClient, type ConnectionState } from './stream-client.js';
import { CLOSED, duration, phrase } from './words.js';

const notes = new Notes();
const conversation = new Conversation();
const consentForm = new ConsentForm((agreement) => void start(agreement));
const controls = new Controls(requireClient, audioContext, notes);
const keyForm = byId('key-form', HTMLFormElement);
const live = byId('live', HTMLElement);
const closed = byId('closed', HTMLElement);
const withdrawPart = byId('withdraw-part', HTMLElement);
const sessionButtons = [
  byId('end', HTMLButtonElement),
  byId('withdraw', HTMLButtonElement),
  byId('erase', HTMLButtonElement),
] as const;
const receiptLink = byId('receipt', HTMLAnchorElement);

let api: Api | undefined;
let client: StreamClient | undefined;
let context: AudioContext | undefined;

function requireClient(): StreamClient {
  if (!client) throw new Error('There is no connection to the server.');
  return client;
}

/** One audio context for all: its sample rate is the session's. Rates beyond what the wire takes are lowered. */
function audioContext(): AudioContext {
  context ??= new AudioContext();
  if (context.sampleRate > 48_000) context = new AudioContext({ sampleRate: 48_000 });
  return context;
}

// ── Coming in ───────────────────────────────────────────────────────────────────────────────────────────────────────

function askForKey(problem: string): void {
  client?.close();
  keyForm.hidden = false;
  consentForm.form.hidden = true;
  say(byId('key-problem', HTMLElement), problem);
  byId('key', HTMLInputElement).focus();
}

async function enter(key: string): Promise<void> {
  const entering = new Api(key);
  try {
    await entering.token();
    consentForm.show(await entering.notice());
  } catch (error) {
    if (error instanceof Refused && (error.status === 401 || error.status === 403)) {
      forgetKey();
      askForKey('The server does not accept this key. In development it prints a new one at each start.');
    } else {
      askForKey(`The server cannot be reached: ${messageOf(error)}`);
    }
    return;
  }
  keyForm.hidden = true;
  if (live.hidden) consentForm.form.hidden = false;
  api = entering;
  client = new StreamClient(entering, onConnection);
  client.listen(conversation.handlers);
  client.listen({
    warning: ({ message, detail }) => {
      notes.tell('warning', message, detail);
    },
    error: ({ message, code, param }) => {
      // Input that crossed the end of the session on its way; `session.closed` tells the person.
      if (code === 'sessionExpired') controls.close();
      else notes.tell('error', message, param ? `${code}: ${param}` : code);
    },
    'consent.withdrawn': ({ withdrawn, remaining }) => {
      withdrawPart.hidden = true;
      consentForm.untick(withdrawn);
      controls.allow(remaining);
    },
    'session.closed': ({ reason, totals }) => {
      const { audioMs, utterances, droppedFrames } = totals;
      const dropped = droppedFrames > 0 ? `, ${droppedFrames} frames dropped` : '';
      over(phrase(CLOSED, reason), `${duration(audioMs)} of audio, ${utterances} utterances${dropped}.`);
      if (reason === 'consentWithdrawn') consentForm.untick(OWN_MODALITIES);
    },
  });
  client.connect();
}

function onConnection(state: ConnectionState, hadSession: boolean, message: string): void {
  const words = { connecting: 'Connecting …', connected: 'Connected', lost: 'Reconnecting …', refused: 'Refused' };
  showStatus(state, words[state]);
  if (hadSession) over(CLOSED.disconnected, 'Words already spoken were still read by the server.');
  if (state === 'refused') void whyRefused(message);
}

/** Either the key is no longer good, which asking for a token tells, or the server has another reason. */
async function whyRefused(message: string): Promise<void> {
  try {
    await api?.token();
    notes.tell('error', `The server refused the connection: ${message}. Reload the page to try again.`);
  } catch (error) {
    forgetKey();
    askForKey(messageOf(error));
  }
}

// ── A session ───────────────────────────────────────────────────────────────────────────────────────────────────────

async function start(agreement: Agreement): Promise<void> {
  consentForm.busy(true);
  try {
    const { consent, context: use } = agreement;
    const { session, receipt } = await requireClient().start({
      audio: { encoding: 'pcm_s16le', sampleRate: audioContext().sampleRate, channels: 1 },
      modalities: [...consent.modalities],
      consent,
      context: use,
      interimIntervalMs: 500,
    });
    consentForm.form.hidden = true;
    closed.hidden = true;
    live.hidden = false;
    for (const button of sessionButtons) button.disabled = false;
    controls.open(consent, session.limits.textChars);
    withdrawPart.hidden = consent.modalities.length < 2;
    erase.hidden = receipt.storage === 'none';
    URL.revokeObjectURL(receiptLink.href);
    receiptLink.href = URL.createObjectURL(new Blob([JSON.stringify(receipt, null, 2)], { type: 'application/json' }));
    showStatus('session', 'In session');
    byId(consent.modalities.includes('voice') ? 'mic' : 'message', HTMLElement).focus();
  } catch (error) {
    consentForm.problem(messageOf(error));
  } finally {
    consentForm.busy(false);
  }
}

/** The session is over, whoever ended it: nothing more is captured or sent, what was found stays on the page. */
function over(reason: string, totals: string): void {
  controls.close();
  conversation.over();
  for (const button of sessionButtons) button.disabled = true;
  withdrawPart.hidden = true;
  part(closed, 'reason').textContent = reason;
  part(closed, 'totals').textContent = totals;
  closed.hidden = false;
  byId('again', HTMLButtonElement).focus();
  const status = byId('status', HTMLElement);
  if (status.dataset['state'] === 'session') showStatus('connected', 'Connected');
}

function showStatus(state: ConnectionState | 'session', words: string): void {
  const status = byId('status', HTMLElement);
  status.dataset['state'] = state;
  status.textContent = words;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const [end, withdraw, erase] = sessionButtons;
end.addEventListener('click', () => {
  controls.close();
  end.disabled = true;
  showStatus('session', 'Finishing …');
  requireClient()
    .end()
    .catch((error: unknown) => {
      notes.tell('error', messageOf(error));
    });
});
/** Stops first, then tells: not one more frame leaves the page. */
async function withdrawAll(what: { erase?: boolean }): Promise<void> {
  controls.close();
  try {
    await requireClient().withdraw(what);
    if (what.erase) part(closed, 'totals').append(' What was kept of you is erased.');
  } catch (error) {
    notes.tell('error', `The server did not confirm the ${what.erase ? 'erasure' : 'withdrawal'}: ${messageOf(error)}`);
    // A session that is over by the server's own word is withdrawn; any other is cut.
    if (!client?.inSession) return;
    client.close();
    over(CLOSED.disconnected, 'The connection was cut, because the server did not confirm the withdrawal.');
    client.connect();
  }
}
withdraw.addEventListener('click', () => void withdrawAll({}));
erase.addEventListener('click', () => void withdrawAll({ erase: true }));
for (const modality of OWN_MODALITIES) {
  byId(`withdraw-${modality}`, HTMLButtonElement).addEventListener('click', () => {
    withdrawPart.hidden = true;
    // The server tells what is left by `consent.withdrawn`. Not confirmed is not withdrawn: then everything stops.
    requireClient()
      .withdraw({ modality })
      .catch(() => {
        withdraw.click();
      });
  });
}
byId('again', HTMLButtonElement).addEventListener('click', () => {
  closed.hidden = true;
  live.hidden = true;
  notes.clear();
  consentForm.form.hidden = false;
  byId('notice', HTMLElement).focus();
});
keyForm.addEventListener('submit', (event) => {
  event.preventDefault();
  const key = byId('key', HTMLInputElement).value.trim();
  keepKey(key);
  void enter(key);
});

const key = takeKey();
if (key) void enter(key);
else askForKey('');
