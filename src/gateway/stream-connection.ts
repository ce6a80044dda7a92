import { randomUUID } from 'node:crypto';
import type { Socket } from 'socket.io';
import { WireError } from '../common/errors.js';
import type { Modality } from '../emotion/evidence.js';
import type { LineEventName, LineEvents } from '../emotion/line-events.js';
import { withdrawnFrom } from '../privacy/consent.js';
import type { ConsentReceipt } from '../privacy/consent-receipt.js';
import type { Chosen } from '../pipeline/house-rules.js';
import type { LiveSession, OpenOptions } from '../pipeline/live-session.js';
import type { PipelineService } from '../pipeline/pipeline.service.js';
import type { Recorder, Recording } from '../sessions/recorder.service.js';
import { AudioIntake } from './audio-intake.js';
import type { Caller } from './auth.js';
import type { LiveEntry, LiveSessions } from './live-sessions.js';
import type { Admitted, Consents, Reading } from './consents.service.js';
import {
  ConsentWithdrawSchema,
  EvidenceInputSchema,
  SessionStartSchema,
  SessionUpdateSchema,
  TextInputSchema,
  type CloseReason,
  type ServerEventName,
  type SessionInfo,
  type SessionStart,
  type SessionLimits,
  type SessionTotals,
} from './protocol.js';
import { storedAlert } from './stored-alert.js';
import { Turns } from './turns.js';
import { parse, wireErrorBody } from './wire-error.js';

const ACK_EVERY_MS = 500;
/** How long the last events may take to leave, ms. */
const FLUSH_MS = 250;
/** How long a session that ends waits for its last results to be stored, ms. */
const STORE_MS = 2_000;

/** The gateway's view of the house: what a connection needs and whom it tells. */
export interface ConnectionPorts {
  readonly pipeline: PipelineService;
  readonly consents: Consents;
  readonly limits: SessionLimits;
  /** Absent where nothing is stored. */
  readonly recorder: Recorder | undefined;
  /** Is sound kept where the consent says so? */
  readonly keepsAudio: boolean;
  /** Where those who watch find it. */
  readonly sessions: LiveSessions;
  /** Called before a session opens; throws when there is no room for it. @returns what gives the place back */
  takePlace(): () => void;
}

/**
 * One socket and its session. Each handler is synchronous: it checks, pushes and returns, so that messages take effect in
 * the order they came (PR3). Bounds first: nothing is parsed or decoded that is over a limit (PR7).
 */
export class StreamConnection {
  private readonly sessionId = randomUUID();
  private live: LiveSession | undefined;
  private state: 'new' | 'opening' | 'open' | 'closing' | 'closed' = 'new';
  private admitted: Admitted | undefined;
  private leavePlace: (() => void) | undefined;
  /** What may still be read in this session. */
  private readonly permitted = new Set<Modality>();
  private readonly withdrawn = new Set<Modality>();
  /** A withdrawal that is not acknowledged yet. */
  private withdrawing: Promise<unknown> | undefined;
  private closing: Promise<void> | undefined;
  private recording: Recording | undefined;
  private eventSeq = 0;
  private readonly intake: AudioIntake;
  /** Spans are measured by `performance.now()`: the clock of the machine may jump. */
  private lastHeard = performance.now();
  private openedAt = 0;
  private readonly ticker: NodeJS.Timeout;
  /** While the session opens, what comes after waits for it. */
  private readonly turns = new Turns();

  private ended: () => void = () => undefined;
  private readonly over = new Promise<void>((resolve) => (this.ended = resolve));
  /** How a withdrawal reaches this session, wherever it was asked for. */
  private readonly reading: Reading = {
    stop: (modalities) => {
      this.stop(modalities);
    },
    over: () => this.over,
  };

  private readonly entry: LiveEntry;

  constructor(
    private readonly socket: Socket,
    private readonly caller: Caller,
    private readonly ports: ConnectionPorts,
  ) {
    this.ticker = setInterval(() => {
      this.tick();
    }, ACK_EVERY_MS);
    this.intake = new AudioIntake(ports.limits, (ack) => {
      this.send('audio.ack', ack);
    });
    this.entry = {
      id: this.sessionId,
      tenant: caller.tenant,
      correct: (correction) => this.live?.correct(correction),
    };
  }

  /** Handles a message now, or as soon as the session that is being opened is there. `false`: too much waits for that already. */
  inOrder(payload: unknown, handle: () => void): boolean {
    return this.turns.take(payload, handle);
  }

  /** @throws WireError `rateLimited`: what to tell of a frame that cannot wait any more */
  drop(meta: unknown): never {
    throw this.intake.drop(meta);
  }

  /** @throws WireError `consentRequired`, `contextProhibited`, `configInvalid`, `configLocked` or `overloaded`. */
  async start(payload: unknown): Promise<{ session: SessionInfo; receipt: ConsentReceipt }> {
    if (this.state !== 'new')
      throw new WireError('configLocked', 'This connection already had its session; open another.');
    const request = parse(SessionStartSchema, payload);
    const chosen = this.ports.pipeline.choose(request);
    this.state = 'opening';
    const opened = this.open(request, chosen);
    this.turns.hold(opened);
    const { receipt } = await opened;
    const { pipeline, limits, recorder } = this.ports;
    const { sessionId } = this;
    const [models, transcription] = [pipeline.models(), pipeline.transcription()];
    const session = { sessionId, limits, models, transcription, storage: recorder ? 'on' : 'off' } as const;
    return { session, receipt };
  }

  private async open(request: SessionStart, chosen: Chosen): Promise<Admitted> {
    const { consents, pipeline } = this.ports;
    const admitted = await consents
      .admit(this.caller, request, this.reading)
      .then((one) => this.takePlace(one))
      .catch((error: unknown) => {
        // Nothing was opened: the client may ask again, better.
        if (this.state === 'opening') this.state = 'new';
        throw error;
      });
    try {
      const live = await pipeline.open(
        { ...this.optionsOf(request, admitted), ...chosen },
        (event, data) => {
          this.tell(event, data);
        },
        (error) => {
          this.fail(error);
        },
        (result) => {
          this.recording?.result(result);
        },
      );
      this.begin(live, admitted);
      this.recording = this.record(request, admitted);
      this.ports.sessions.open(this.entry);
    } catch (error) {
      this.state = 'closed';
      this.leave();
      throw error;
    }
    return admitted;
  }

  /** The session counts from here on. What was withdrawn before is not permitted any more. */
  private takePlace(admitted: Admitted): Admitted {
    try {
      this.leavePlace = this.ports.takePlace();
    } catch (error) {
      admitted.leave();
      throw error;
    }
    this.admitted = admitted;
    for (const modality of admitted.modalities) this.permitted.add(modality);
    withdrawnFrom(this.permitted, [...this.withdrawn]);
    this.openedAt = this.lastHeard = performance.now();
    return admitted;
  }

  /** @throws WireError where the client left, or the consent ended, while the session was set up. */
  private begin(live: LiveSession, { modalities }: Admitted): void {
    if (this.state !== 'opening' || this.permitted.size === 0) {
      live.abort();
      throw this.permitted.size === 0
        ? new WireError('consentRequired', 'The consent was withdrawn or expired meanwhile.')
        : new WireError('sessionExpired', 'The connection is gone.');
    }
    for (const modality of modalities) if (!this.permitted.has(modality)) live.withdraw(modality);
    this.live = live;
    this.state = 'open';
    // After the acknowledgement, so that a client has its session first.
    setImmediate(() => {
      this.ports.pipeline.adviseTranscription(live, modalities);
    });
  }

  private record({ clientRef, language }: SessionStart, admitted: Admitted): Recording | undefined {
    const { tenant, keyId } = this.caller;
    const { consent, context, modalities } = admitted;
    const session = {
      id: this.sessionId,
      tenant,
      source: 'stream',
      modalities,
      language,
      openedBy: keyId,
      startedAt: new Date(),
      consent,
      context,
      ...(clientRef === undefined ? {} : { clientRef }),
    } as const;
    return this.ports.recorder?.open(session, (kept) => {
      if (this.state !== 'closed') this.send('result.stored', kept);
    });
  }

  private optionsOf(request: SessionStart, { modalities, consent }: Admitted): OpenOptions {
    const { audio, language, endpointing, interimIntervalMs, locale = 'en' } = request;
    return {
      modalities,
      language,
      locale,
      causes: consent.purposes.includes('causes'),
      ...(this.ports.keepsAudio && consent.keepAudio
        ? {
            keepAudio: (utteranceId: string, pcm: Uint8Array) => {
              this.recording?.audio({ utteranceId, pcm });
            },
          }
        : {}),
      ...(audio ? { audio } : {}),
      tuning: { ...endpointing, ...(interimIntervalMs === undefined ? {} : { interimIntervalMs }) },
    };
  }

  frame(meta: unknown, bytes: unknown): void {
    const live = this.session();
    const missing = this.intake.take(live, meta, bytes);
    if (live.receivedMs > this.ports.limits.sessionMs) void this.close('sessionLimit');
    else this.intake.acknowledge(live, ACK_EVERY_MS);
    if (missing) throw missing;
  }

  text(payload: unknown): object {
    const live = this.session();
    const { final, text, ref, startMs, endMs, language } = parse(TextInputSchema, payload);
    if (text.length > this.ports.limits.textChars) {
      throw new WireError('messageTooLarge', `A message may have ${this.ports.limits.textChars} characters.`, {
        param: 'text',
      });
    }
    if (final) {
      live.pushText({
        text,
        ...(ref === undefined ? {} : { ref }),
        ...(startMs === undefined || endMs === undefined ? {} : { startMs, endMs }),
        ...(language && language !== 'auto' ? { language } : {}),
      });
    }
    return {};
  }

  evidence(payload: unknown): object {
    const live = this.session();
    const reading = parse(EvidenceInputSchema, payload);
    const { sessionMs } = this.ports.limits;
    if (reading.endMs > sessionMs) {
      throw new WireError('configInvalid', `A session lasts ${sessionMs} ms at most, and this would be after it.`, {
        param: 'endMs',
      });
    }
    live.pushReading(reading);
    return {};
  }

  update(payload: unknown): object {
    const live = this.session();
    const { audio, endpointing, interimIntervalMs, locale } = parse(SessionUpdateSchema, payload);
    if (audio !== undefined) {
      throw new WireError('configLocked', 'The audio format is fixed for the session; open another for a new one.', {
        param: 'audio',
      });
    }
    if (locale) live.locale = locale;
    live.configure({ ...endpointing, ...(interimIntervalMs === undefined ? {} : { interimIntervalMs }) });
    return {};
  }

  forceEnd(): object {
    this.session().forceEnd();
    return {};
  }

  /**
   * Takes effect in every session of the record before anything is awaited: the modality is gone before the next frame is
   * looked at. Holds while the session drains as well.
   */
  withdraw(payload: unknown): Promise<object> {
    if (this.state !== 'closing') this.session();
    const { admitted } = this;
    if (!admitted) throw new WireError('sessionExpired', 'This session is over; open another.');
    const { modality, erase } = parse(ConsentWithdrawSchema, payload ?? {});
    const asked = this.ports.consents.withdraw(this.caller, admitted.record.id, modality, erase);
    const remaining = [...this.permitted];
    this.withdrawing = asked.catch(() => undefined);
    return asked.then(({ recorded, erased }) => ({ remaining, recorded, erased }));
  }

  private stop(modalities: readonly Modality[]): void {
    for (const modality of modalities) this.withdrawn.add(modality);
    const withdrawn = withdrawnFrom(this.permitted, modalities);
    for (const modality of withdrawn) this.live?.withdraw(modality);
    if (withdrawn.includes('voice')) this.recording?.dropAudio();
    if (!this.live || withdrawn.length === 0) return;
    if (this.permitted.size === 0) void this.close('consentWithdrawn');
    else this.send('consent.withdrawn', { withdrawn, remaining: [...this.permitted] });
  }

  end(): object {
    this.session();
    void this.close('ended');
    return {};
  }

  fail(error: unknown): void {
    this.send('error', wireErrorBody(error));
  }

  /** Drains the session (PR9), tells `session.closed`, and lets the socket go. Whoever asks again waits for the same end. */
  close(reason: CloseReason): Promise<void> {
    return (this.closing ??= this.drain(reason));
  }

  private async drain(reason: CloseReason): Promise<void> {
    clearInterval(this.ticker);
    const { live } = this;
    if (!live || this.state !== 'open') {
      // One that is being set up lets go by itself.
      this.state = 'closed';
      return;
    }
    this.state = 'closing';
    try {
      await live.end();
    } catch (error) {
      this.fail(error);
    }
    this.intake.acknowledge(live);
    const totals = {
      audioMs: Math.round(live.receivedMs),
      ...this.intake.totals,
      utterances: live.utterances,
      ...(await this.settled(reason)),
    };
    this.send('session.closed', { reason, totals });
    this.state = 'closed';
    this.leave();
    await flushed(this.socket.conn);
    await this.withdrawing;
    // A moment for the last packets; the client usually leaves by itself.
    setTimeout(() => this.socket.disconnect(true), 1_000).unref();
  }

  /** Waits a moment for the last results to be stored, so that their client hears of it. */
  private async settled(reason: CloseReason): Promise<Pick<SessionTotals, 'results'>> {
    const { recording } = this;
    if (!recording) return {};
    recording.close(reason);
    return { results: await recording.settled(STORE_MS) };
  }

  /** Nothing more will come of this session. */
  private leave(): void {
    this.ports.sessions.close(this.entry);
    this.admitted?.leave();
    this.leavePlace?.();
    this.ended();
  }

  private session(): LiveSession {
    if (this.state === 'new') throw new WireError('consentRequired', 'Send session.start with consent first.');
    if (this.state !== 'open' || !this.live)
      throw new WireError('sessionExpired', 'This session is over; open another.');
    this.lastHeard = performance.now();
    return this.live;
  }

  private tick(): void {
    const { limits } = this.ports;
    const now = performance.now();
    if (now - this.lastHeard > limits.idleMs) {
      if (this.state === 'new') this.socket.disconnect(true);
      else void this.close('idle');
    } else if (this.state === 'open' && now - this.openedAt > limits.sessionMs) void this.close('sessionLimit');
    else if (this.live) this.intake.acknowledge(this.live, ACK_EVERY_MS / 2);
  }

  /** The line's events; nothing derived from a person is told after the session is closed. */
  private tell<E extends LineEventName>(event: E, data: LineEvents<string>[E]): void {
    if (event === 'alert') this.recording?.alert(storedAlert(this.sessionId, data as LineEvents['alert']));
    if (this.state !== 'closed') this.send(event, data);
  }

  private send(event: ServerEventName, data: object): void {
    this.eventSeq += 1;
    const at = Math.round(this.live?.receivedMs ?? 0);
    const told = { ...data, sessionId: this.sessionId, eventSeq: this.eventSeq, at };
    this.socket.emit(event, told);
    if (this.live) this.ports.sessions.tell(this.entry, event, told);
  }
}

/** Resolves when what was told has left: Engine.IO throws away what still waits when the server closes. */
async function flushed(conn: Socket['conn']): Promise<void> {
  await new Promise<void>((resolve) => {
    // No drain comes when nothing waits any more.
    const timer = setTimeout(resolve, FLUSH_MS);
    conn.once('drain', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
