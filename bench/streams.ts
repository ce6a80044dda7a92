import { fork, type ChildProcess } from 'node:child_process';
import { SingleBar } from 'cli-progress';
import { Command, InvalidArgumentError } from 'commander';
import { plainTable } from '../src/cli/table.js';
import type { ClientsTask, FromClients, ToClients } from './clients-process.js';
import { describe, machine, percentile } from './machine.js';
import { ServerProcess } from './server-process.js';
import { DEFAULT_CLIP } from './speech.js';
import type { ClientReport, Latency } from './stream-client.js';

interface StreamsOptions {
  readonly n: number;
  readonly seconds: number;
  readonly frameMs: number;
  readonly interim: number;
  readonly clip: string;
  readonly whisper: string;
  readonly profile?: string;
  readonly json?: true;
}

/** Clients that one process plays without being late itself. */
const CLIENTS_PER_PROCESS = 100;
/** One client warms the server up, so that what is loaded once is not counted to the streams, seconds. */
const WARM_UP_S = 7;
const LATENCIES = ['decisionToVoice', 'decisionToResult', 'speechToVoice', 'speechToResult'] as const;
const NAMES: Readonly<Record<keyof Latency, string>> = {
  decisionToVoice: 'endpoint decision → emotion.voice',
  decisionToResult: 'endpoint decision → fusion.result',
  speechToVoice: 'end of speech → emotion.voice',
  speechToResult: 'end of speech → fusion.result',
};

/** A real server, `n` real clients that speak in real time, and what came of it. */
export async function benchStreams(args: readonly string[]): Promise<void> {
  const options = parse(args);
  const { n, profile } = options;
  const idle = machine();
  const server = await ServerProcess.start(
    {
      LOG_LEVEL: 'log',
      WHISPER_MODEL: options.whisper,
      TOKEN_TTL_S: '3600',
      MAX_SESSIONS: `${n + 1}`,
      MAX_SESSIONS_PER_TOKEN: `${n + 1}`,
      MAX_UNAUTHENTICATED: `${n + 1}`,
    },
    profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [],
  );
  try {
    await play(server, { ...options, n: 1, seconds: WARM_UP_S });
    const before = server.usage();
    const { reports, during, clientCpuSeconds } = await play(server, options);
    const after = server.usage();
    const report = {
      machine: idle,
      ...options,
      ...summaryOf(reports, options.frameMs),
      serverCpuSeconds: after.cpuSeconds - before.cpuSeconds,
      clientCpuSeconds,
      rssBytes: during.rssBytes,
      rssPerStreamBytes: (during.rssBytes - before.rssBytes) / n,
    };
    if (options.json) console.log(JSON.stringify(report));
    else print(report);
    if (report.lostFrames > 0 || report.openSessions > 0) process.exitCode = 1;
  } finally {
    await server.stop();
  }
}

type StreamsReport = ReturnType<typeof summaryOf> &
  StreamsOptions & {
    readonly machine: ReturnType<typeof machine>;
    readonly serverCpuSeconds: number;
    readonly clientCpuSeconds: number;
    readonly rssBytes: number;
    readonly rssPerStreamBytes: number;
  };

function parse(args: readonly string[]): StreamsOptions {
  const number = (min: number, max: number) => (given: string) => {
    const value = Number(given);
    if (Number.isFinite(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give a number from ${min} to ${max}.`);
  };
  return new Command('bench streams')
    .description('plays speech to a real server by many clients, in real time')
    .option('-n, --n <clients>', 'clients at a time', number(1, 10_000), 50)
    .option('-s, --seconds <s>', 'how long each client speaks', number(5, 86_400), 60)
    .option('--frame-ms <ms>', 'length of a frame', number(10, 1_000), 40)
    .option('--interim <ms>', 'interval of interim voice results, 0 for none', number(0, 10_000), 1_000)
    .option('--clip <file>', 'speech to play instead of the fixture', DEFAULT_CLIP)
    .option('--whisper <name>', 'Whisper model of the server, or off', 'off')
    .option('--profile <dir>', 'write a V8 CPU profile of the server there')
    .option('--json', 'one line of JSON')
    .addHelpText('after', '\nExample:\n  $ npm run -s bench -- streams --n 50 --seconds 60')
    .parse(args, { from: 'user' })
    .opts();
}

interface Played {
  readonly reports: readonly ClientReport[];
  /** While every session was still open. */
  readonly during: ReturnType<ServerProcess['usage']>;
  readonly clientCpuSeconds: number;
}

async function play(server: ServerProcess, options: StreamsOptions): Promise<Played> {
  const { n, seconds, clip, frameMs, interim } = options;
  const url = server.url;
  const token = await server.token();
  const processes = Array.from({ length: Math.ceil(n / CLIENTS_PER_PROCESS) }, () => new ClientsProcess());
  const taskOf = (k: number): ClientsTask => {
    const places = Array.from({ length: n }, (_, i) => i / n).filter((_, i) => i % processes.length === k);
    return { url, token, clip, frameMs, interimMs: interim, seconds, places };
  };
  await Promise.all(processes.map((one, k) => one.ask({ kind: 'open', task: taskOf(k) })));
  const stopBar = progress(`${n} clients`, seconds);
  const at = Date.now() + 500;
  await Promise.all(processes.map((one) => one.ask({ kind: 'play', at })));
  stopBar();
  const during = server.usage();
  const ended = await Promise.all(processes.map((one) => one.ask({ kind: 'end' })));
  for (const one of processes) one.release();
  const reports = ended.flatMap((answer) => (answer.kind === 'ended' ? answer.reports : []));
  const clientCpuSeconds = ended.reduce((sum, answer) => sum + (answer.kind === 'ended' ? answer.cpuSeconds : 0), 0);
  return { reports, during, clientCpuSeconds };
}

/** A process of clients: does one thing at a time and answers when it is done. */
class ClientsProcess {
  private readonly child: ChildProcess = fork(new URL('./clients-process.js', import.meta.url));

  ask(message: ToClients): Promise<FromClients> {
    return new Promise((resolve, reject) => {
      const failed = (code: number | null): void => {
        reject(new Error(`the clients ended with ${code ?? 'a signal'}`));
      };
      this.child.once('exit', failed);
      this.child.once('message', (answer: FromClients) => {
        this.child.off('exit', failed);
        resolve(answer);
      });
      this.child.send(message);
    });
  }

  /** Without a line to us it has nothing left to do, and ends. */
  release(): void {
    this.child.disconnect();
  }
}

function progress(what: string, seconds: number): () => void {
  const bar = new SingleBar({
    format: `${what} {bar} {value}/{total} s`,
    stream: process.stderr,
    clearOnComplete: true,
  });
  bar.start(seconds, 0);
  const ticker = setInterval(() => {
    bar.increment(1);
  }, 1_000);
  return () => {
    clearInterval(ticker);
    bar.stop();
  };
}

function summaryOf(reports: readonly ClientReport[], frameMs: number) {
  const sum = (value: (report: ClientReport) => number): number => reports.reduce((all, one) => all + value(one), 0);
  const latencies = reports.flatMap((report) => report.latencies);
  const errors: Record<string, number> = {};
  for (const code of reports.flatMap((report) => report.errors)) errors[code] = (errors[code] ?? 0) + 1;
  const sentFrames = sum((report) => report.sent);
  const acceptedFrames = sum((report) => report.totals?.frames ?? 0);
  const lateness = reports.flatMap((report) => report.lateness);
  return {
    sentFrames,
    acceptedFrames,
    droppedFrames: sum((report) => report.totals?.droppedFrames ?? 0),
    lostFrames: sentFrames - acceptedFrames,
    ackedFrames: sum((report) => report.lastAck + 1),
    lostAudioMs: sentFrames * frameMs - sum((report) => report.totals?.audioMs ?? 0),
    openSessions: reports.filter((report) => report.totals === null).length,
    errors,
    audioSeconds: (sentFrames * frameMs) / 1_000,
    utterances: latencies.length,
    latencyMs: Object.fromEntries(LATENCIES.map((name) => [name, spread(latencies.map((one) => one[name]))])) as Record<
      keyof Latency,
      Spread
    >,
    latenessMs: spread(lateness),
  };
}

type Spread = ReturnType<typeof spread>;

function spread(values: readonly number[]) {
  const round = (value: number): number => Math.round(value * 10) / 10;
  const at = (p: number): number => round(percentile(values, p));
  return { p50: at(50), p95: at(95), p99: at(99), max: at(100) };
}

function print(report: StreamsReport): void {
  const { n, seconds, frameMs, interim, whisper } = report;
  console.log(describe(report.machine));
  console.log(
    `${n} clients · ${seconds} s each · frames of ${frameMs} ms · interim results every ${interim} ms · Whisper ${whisper}`,
  );
  const times = plainTable(['milliseconds', 'p50', 'p95', 'p99', 'max']);
  const row = (name: string, { p50, p95, p99, max }: Spread): void => {
    times.push([name, ...[p50, p95, p99, max].map((ms) => ({ content: ms.toFixed(0), hAlign: 'right' as const }))]);
  };
  for (const name of LATENCIES) row(NAMES[name], report.latencyMs[name]);
  row('lateness of the bench itself', report.latenessMs);
  console.log(times.toString());

  const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;
  const facts = plainTable(['of the whole run', '']);
  const { sentFrames, acceptedFrames, ackedFrames, lostFrames, droppedFrames, lostAudioMs } = report;
  const errors = Object.entries(report.errors).map(([code, count]) => `${code} × ${count}`);
  facts.push(
    ['utterances measured', report.utterances],
    ['frames sent / accepted / acknowledged', `${sentFrames} / ${acceptedFrames} / ${ackedFrames}`],
    ['frames lost (of these dropped for want of credit)', `${lostFrames} (${droppedFrames})`],
    ['audio lost', `${lostAudioMs} ms`],
    ['errors', errors.join(', ') || 'none'],
    ['sessions that never closed', report.openSessions],
    ['server CPU per second of audio', `${((report.serverCpuSeconds * 1e3) / report.audioSeconds).toFixed(1)} ms`],
    ['server CPU over the run', `${((report.serverCpuSeconds / seconds) * 100).toFixed(0)} % of one core`],
    ['clients CPU over the run', `${((report.clientCpuSeconds / seconds) * 100).toFixed(0)} % of one core`],
    ['server memory', megabytes(report.rssBytes)],
    ['server memory per stream', megabytes(report.rssPerStreamBytes)],
  );
  console.log(facts.toString());
}
