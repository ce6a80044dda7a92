import { Logger } from '@nestjs/common';
import { z } from 'zod';
import type { Cause } from '../emotion/course.js';
import type { Locale } from '../emotion/fused.js';
import { causesOf, promptOf, type Said } from '../fusion/causes.js';

export interface CausesOptions {
  /** Base of an OpenAI-compatible API, such as http://127.0.0.1:11434/v1 */
  readonly url: string;
  readonly model: string;
  readonly key?: string | undefined;
  readonly timeoutMs: number;
}

/** What a session asks for the causes of its last utterance. Never rejects. */
export type AskCauses = (
  conversation: readonly Said[],
  locale: Locale,
  signal: AbortSignal,
) => Promise<readonly Cause[]>;

const MAX_ANSWER_BYTES = 65_536;
/** Questions at a time; more are not asked. */
const MAX_RUNNING = 4;
const AnswerSchema = z.object({ choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1) });

/** Asks a language model (Ollama, vLLM, any OpenAI-compatible endpoint) for causes. Its silence is nobody's fault: it gives none. */
export class Causes {
  private readonly log = new Logger(Causes.name);
  private running = 0;
  private silent = false;

  constructor(private readonly options: CausesOptions) {}

  readonly ask: AskCauses = async (conversation, locale, signal) => {
    if (this.running >= MAX_RUNNING) return [];
    this.running += 1;
    try {
      const answer = await this.complete(promptOf(conversation, locale), signal);
      this.silent = false;
      return causesOf(answer, conversation);
    } catch {
      // Once for each spell of silence, and nothing of what was sent or said.
      if (!this.silent && !signal.aborted) this.log.warn('the endpoint for causes does not answer as it should');
      this.silent = true;
      return [];
    } finally {
      this.running -= 1;
    }
  };

  /** A timer of our own: AbortSignal.any forgets a timeout that nothing else holds on to (Node 20), and a dripping body never ends. */
  private async complete(messages: readonly object[], signal: AbortSignal): Promise<string> {
    const control = new AbortController();
    const stop = (): void => {
      control.abort();
    };
    const timer = setTimeout(stop, this.options.timeoutMs);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      return await this.request(messages, control.signal);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }

  private async request(messages: readonly object[], signal: AbortSignal): Promise<string> {
    const { url, model, key } = this.options;
    const response = await fetch(`${url.replace(/\/$/u, '')}/chat/completions`, {
      method: 'POST',
      // A redirect would carry what was said to a place that nobody configured.
      redirect: 'error',
      signal,
      headers: { 'Content-Type': 'application/json', ...(key ? { Authorization: `Bearer ${key}` } : {}) },
      body: JSON.stringify({
        model,
        messages,
        temperature: 0,
        stream: false,
        response_format: { type: 'json_object' },
      }),
    });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new Error('no answer');
    }
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
      bytes += part.byteLength;
      if (bytes > MAX_ANSWER_BYTES) throw new Error('too long an answer'); // leaving the loop cancels the body
      parts.push(part);
    }
    const { choices } = AnswerSchema.parse(JSON.parse(Buffer.concat(parts).toString('utf8')));
    return choices[0]?.message.content ?? '';
  }
}
