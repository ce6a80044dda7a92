import type { Modality } from '../../src/emotion/evidence.js';
import type { Consent } from '../../src/privacy/consent.js';
import { byId, say } from './dom.js';
import { LevelMeter } from './level-meter.js';
import { microphoneProblem, openMicrophone, type Capture } from './microphone.js';
import type { Notes } from './notes.js';
import { decodeFile, streamSamples } from './sound-file.js';
import type { StreamClient } from './stream-client.js';
import { duration } from './words.js';

/** The three ways in: microphone, recording, keyboard. The first two share the audio line, so one runs at a time. */
export class Controls {
  private readonly mic = byId('mic', HTMLButtonElement);
  private readonly file = byId('file', HTMLInputElement);
  private readonly drop = byId('drop', HTMLElement);
  private readonly fileRun = byId('file-run', HTMLElement);
  private readonly progress = byId('file-progress', HTMLProgressElement);
  private readonly message = byId('message', HTMLTextAreaElement);
  private readonly send = byId('send', HTMLButtonElement);
  private readonly level = new LevelMeter();
  private capture: Capture | undefined;
  private streaming: AbortController | undefined;
  /** Opening the microphone takes a while; a session that ends meanwhile must find it closed. */
  private epoch = 0;
  private texts = 0;
  private keepsAudio = false;

  constructor(
    private readonly client: () => StreamClient,
    private readonly context: () => AudioContext,
    private readonly notes: Notes,
  ) {
    this.mic.addEventListener('click', () => {
      if (this.capture) this.stopMicrophone();
      else void this.startMicrophone();
    });
    this.file.addEventListener('change', () => {
      const chosen = this.file.files?.[0];
      this.file.value = '';
      if (chosen) void this.stream(chosen);
    });
    byId('file-stop', HTMLButtonElement).addEventListener('click', () => this.streaming?.abort());
    this.acceptDrops();
    const typing = byId('typing', HTMLFormElement);
    typing.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.sendMessage();
    });
    this.message.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      typing.requestSubmit();
    });
  }

  /** Makes usable what the consent covers. Audio serves either: the voice is read from it, or the words. */
  open({ modalities, keepAudio = false }: Consent, textChars: number): void {
    this.keepsAudio = keepAudio;
    this.enable(true);
    this.message.maxLength = textChars;
    this.allow(modalities);
  }

  /** What may be read from now on; audio that is running goes on for what remains. */
  allow(modalities: readonly Modality[]): void {
    const text = modalities.includes('text');
    this.message.disabled = this.send.disabled = !text;
    const limits = [
      ...(modalities.includes('voice')
        ? []
        : ['By your consent only your words are read: speech is written down, how it sounds is not looked at.']),
      ...(this.keepsAudio && modalities.includes('voice') ? ['By your consent the sound of your voice is kept.'] : []),
      ...(text ? [] : ['By your consent only your voice is read: speech is not written down, and typing is off.']),
    ];
    say(byId('agreed', HTMLElement), limits.join(' '));
  }

  /** Stops every input at once; nothing is sent after this returns. */
  close(): void {
    this.epoch++;
    this.capture?.stop();
    this.showMicrophone(undefined);
    this.streaming?.abort();
    this.enable(false);
    this.message.disabled = this.send.disabled = true;
  }

  private enable(audio: boolean): void {
    this.mic.disabled = this.file.disabled = !audio;
    this.drop.classList.toggle('off', !audio);
  }

  private async startMicrophone(): Promise<void> {
    const { epoch } = this;
    this.enable(false);
    try {
      const capture = await openMicrophone(
        this.context(),
        (pcm) => {
          this.level.show(pcm);
          this.client().sendFrame(pcm);
        },
        () => {
          this.stopMicrophone();
          this.notes.tell('error', 'The microphone was disconnected.');
        },
      );
      if (epoch !== this.epoch) {
        capture.stop();
        return;
      }
      this.showMicrophone(capture);
    } catch (error) {
      this.notes.tell('error', microphoneProblem(error));
      if (epoch === this.epoch) this.enable(true);
    }
  }

  private stopMicrophone(): void {
    this.capture?.stop();
    this.showMicrophone(undefined);
    this.enable(true);
    this.client().forceEnd().catch(this.failed);
  }

  private showMicrophone(capture: Capture | undefined): void {
    this.capture = capture;
    this.mic.disabled = capture === undefined;
    this.mic.textContent = capture ? 'Stop the microphone' : 'Start the microphone';
    this.mic.setAttribute('aria-pressed', String(capture !== undefined));
    this.level.rest();
  }

  private async stream(file: File): Promise<void> {
    const { epoch } = this;
    const streaming = (this.streaming = new AbortController());
    this.enable(false);
    this.fileRun.hidden = false;
    this.progress.removeAttribute('value');
    const name = byId('file-name', HTMLElement);
    name.textContent = `Reading ${file.name} …`;
    try {
      const context = this.context();
      const pcm = await decodeFile(context, file);
      name.textContent = `${file.name}, ${duration((pcm.length * 1000) / context.sampleRate)}`;
      const show = (share: number): void => {
        this.progress.value = share;
      };
      await streamSamples(pcm, context.sampleRate, this.client(), show, streaming.signal);
    } catch (error) {
      if (!streaming.signal.aborted) this.failed(error);
      else if (epoch === this.epoch) this.client().forceEnd().catch(this.failed);
    } finally {
      this.fileRun.hidden = true;
      this.streaming = undefined;
      if (epoch === this.epoch) this.enable(true);
    }
  }

  private acceptDrops(): void {
    // Without these two the browser would leave the page for a file that missed the target.
    for (const type of ['dragover', 'drop'] as const) {
      window.addEventListener(type, (event) => {
        event.preventDefault();
      });
    }
    this.drop.addEventListener('dragover', () => {
      this.drop.classList.add('over');
    });
    this.drop.addEventListener('dragleave', () => {
      this.drop.classList.remove('over');
    });
    this.drop.addEventListener('drop', (event) => {
      this.drop.classList.remove('over');
      const dropped = event.dataTransfer?.files[0];
      if (dropped && !this.file.disabled) void this.stream(dropped);
    });
  }

  private async sendMessage(): Promise<void> {
    const text = this.message.value.trim();
    if (!text || this.send.disabled) return;
    this.message.value = '';
    try {
      await this.client().sendText(text, `typed-${++this.texts}`);
    } catch (error) {
      this.message.value ||= text;
      this.failed(error);
    }
  }

  private readonly failed = (error: unknown): void => {
    this.notes.tell('error', error instanceof Error ? error.message : String(error));
  };
}
