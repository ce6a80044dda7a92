import { parse } from 'yaml';
import { z } from 'zod';

/** What a person is told before consenting. Served as it stands; a changed text gets a new version. */
export interface Notice {
  readonly version: string;
  readonly text: string;
  /** Who answers for the processing: whom a person asks. */
  readonly controller?: { readonly name: string; readonly contact: string };
  /** Versions shown before whose consents still hold, because the change takes nothing more. */
  readonly accepts: readonly string[];
}

const beginning = `Undertone is an emotion recognition system. It estimates how you feel from how you speak (pitch, loudness, pace, timbre) and from what you say or type. Speech is written down first, by a model on this server.

You choose: your voice, your words, or both. Whoever uses Undertone may have programs of its own that read your face or your body's signals, and may send what they read to this server; that too only if you choose it, each by itself. What you leave out is not read.

The answer is an estimate with a stated uncertainty, not a reading of your mind. It is often wrong, more so with noise, short messages, accents and languages that the models know little of. No decision about you should rest on it alone.`;

const end = `You can withdraw at any moment, for everything or for any part of it. It takes effect before the next sound is looked at. Saying no has no drawback other than that there is no answer.

Undertone may not be used to read the emotions of people at work or in education, save for medical or safety reasons (EU AI Act, Article 5(1)(f)).`;

const keptNotice = (sound: string): string => `${beginning}

Your voice and your words are read on this server and go nowhere else. Kept are your words as they were written down, with names of accounts, cards, phones and the like taken out as far as rules find them, what other programs sent of you, the results and the reasons for them, and this consent. They are encrypted under a key of your own and filed under a pseudonym. ${sound} People whom whoever uses Undertone has allowed to may read and correct the results; whoever uses it has to tell you who they are, and for how long everything is kept.

You can ask to see what is kept of you, and to have it erased: your key is then destroyed, so that nobody can read it any more. What stays is that there was a session, its labels without a name, and a proof of the erasure.

${end}`;

/** The notice of a server that keeps sessions, without their sound. */
export const NOTICE: Notice = {
  version: '3',
  text: keptNotice('The sound of your voice is not kept.'),
  accepts: [],
};

/** The notice of a server that keeps the sound of those who agree to it. */
export const SOUND_NOTICE: Notice = {
  version: '3-sound',
  text: keptNotice(
    'The sound of your voice is kept only if you agree to that as well, encrypted in the same way and for a time of its own; then those people may listen to it.',
  ),
  accepts: [],
};

/** The notice of a server that keeps nothing. Who agreed to have things kept has agreed to this as well. */
export const UNKEPT_NOTICE: Notice = {
  version: '3-unkept',
  text: `${beginning}

Your voice and your words are read on this server and go nowhere else. Neither of them is kept, nor is what other programs sent of you, nor are the results, once the session is over; whoever uses Undertone may keep the results that it is sent, and has to tell you so.

${end}`,
  accepts: [NOTICE.version, SOUND_NOTICE.version],
};

const line = z.string().trim().min(1).max(200);
const NoticeSchema = z.strictObject({
  version: line,
  text: z.string().trim().min(1).max(50_000),
  controller: z.strictObject({ name: line, contact: line }).optional(),
  accepts: z.array(line).default([]),
});

/** Reads a notice of one's own: YAML (or JSON) with version, text, controller, accepts. @throws Error naming the field */
export function parseNotice(yaml: string): Notice {
  const parsed = NoticeSchema.safeParse(parse(yaml));
  if (parsed.success) {
    const { controller, ...rest } = parsed.data;
    return { ...rest, ...(controller ? { controller } : {}) };
  }
  const [issue] = parsed.error.issues;
  throw new Error(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'is not a notice'}`);
}
