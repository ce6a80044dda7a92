import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { parseApiKey, type ApiKey } from './api-keys.js';
import { messageOf } from './errors.js';

/** The folder that holds package.json, found upwards from this file: the same for sources, the build and tests. */
export const PROJECT_ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));

const int = (min: number, max: number, fallback: number) => z.coerce.number().int().min(min).max(max).default(fallback);
const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false'])
    .default(fallback ? 'true' : 'false')
    .transform((value) => value === 'true');
const list = z
  .string()
  .default('')
  .transform((value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  );
const path = (fallback: string) =>
  z
    .string()
    .min(1)
    .default(fallback)
    .transform((value) => resolve(PROJECT_ROOT, value));

const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'Write postgres://USER:PASSWORD@HOST:PORT/DATABASE')
  .optional();
const masterKey = z
  .string()
  .regex(
    /^([0-9a-fA-F]{64}|[A-Za-z0-9+/_-]{43}=?)$/,
    'Give 32 bytes in hexadecimal or base64, such as of `openssl rand -hex 32`',
  );

/** Every key the server reads, with unit, default and bounds. `.env.example` says the same in words. */
const EnvSchema = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: int(0, 65_535, 8080),
  LOG_LEVEL: z.enum(['error', 'warn', 'log', 'debug', 'verbose']).default('log'),
  LOG_JSON: flag(false),
  CORS_ORIGINS: list,

  API_KEYS: list.transform(readKeys),
  TOKEN_SECRET: z.string().min(32).optional(),
  TOKEN_TTL_S: int(10, 86_400, 600),
  RATE_PER_ADDRESS: int(0, 1_000_000, 3_000),
  RATE_PER_KEY: int(0, 1_000_000, 6_000),
  LOGIN_FAILURES_PER_ADDRESS: int(0, 1_000_000, 60),
  TRUST_PROXY: int(0, 10, 0),

  STORAGE: z.enum(['on', 'off']).default('on'),
  DATA_DIR: path('data'),
  DATABASE_URL: databaseUrl,
  DATABASE_OWNER_URL: databaseUrl,
  AUDIO_KEEP_DAYS: int(0, 36_500, 0),
  STORAGE_BUFFER_MB: int(1, 65_536, 64),
  MASTER_KEY: masterKey.optional(),
  MASTER_KEY_PREVIOUS: list.pipe(z.array(masterKey)),
  KMS_URL: z.url({ protocol: /^https?$/, error: 'An address is allowed, such as https://vault:8200' }).optional(),
  KMS_TOKEN_FILE: z.string().min(1).optional(),
  KMS_MOUNT: z
    .string()
    .regex(/^[\w./-]+$/)
    .default('transit'),
  KMS_KEY: z.string().min(1).default('undertone'),
  NOTICE_FILE: z
    .string()
    .transform((value) => resolve(PROJECT_ROOT, value))
    .optional(),

  MODELS_DIR: path('models'),
  CACHE_DIR: path('data/models'),
  ACOUSTIC_MODEL: z.string().min(1).default('acoustic/seven'),
  ACOUSTIC_BACKEND: z.enum(['auto', 'node', 'wasm', 'cpu']).default('auto'),
  ACOUSTIC_THREADS: int(0, 64, 0),
  FUSION_MODEL: z.string().min(1).default('fusion/default'),
  TEXT_MODEL: z.string().min(1).default('text/emotion7'),
  TEXT_MODEL_OTHER_LANGUAGES: z.string().min(1).default('Xenova/distilbert-base-multilingual-cased-sentiments-student'),
  TEXT_LABELS: list.transform(readLabels),
  TEXT_THREADS: int(1, 64, 1),
  WHISPER_MODEL: z.string().min(1).default('Xenova/whisper-base'),
  WHISPER_DTYPE: z.enum(['fp32', 'fp16', 'q8', 'q4']).default('q8'),
  MODEL_DOWNLOAD: flag(true),
  WHISPER_THREADS: int(1, 64, 1),
  WHISPER_PROMPT_WORDS: int(0, 200, 0),
  WHISPER_TIMEOUT_MS: int(1_000, 600_000, 30_000),
  WHISPER_HEAD: z.enum(['off', 'join', 'replace']).default('off'),
  WHISPER_HEAD_MODEL: z.string().min(1).default('whisper-head/default'),
  HUB_URL: z.url().default('https://huggingface.co'),
  LABEL_PROFILES: path('presets/labels.yaml'),
  ALERT_RULES: z.string().min(1).default('off'),
  CAUSES_URL: z.url({ protocol: /^https?$/ }).optional(),
  CAUSES_MODEL: z.string().min(1).default('llama3.2'),
  CAUSES_KEY: z.string().min(1).optional(),
  CAUSES_TIMEOUT_MS: int(500, 120_000, 10_000),
  AUDIO_DENOISE: z.enum(['off', 'rnnoise']).default('off'),

  MAX_FRAME_BYTES: int(1_024, 1_048_576, 262_144),
  MAX_TEXT_CHARS: int(1, 100_000, 5_000),
  MAX_UPLOAD_MB: int(1, 2_048, 50),
  MAX_SESSION_S: int(1, 86_400, 14_400),
  MAX_SESSIONS: int(1, 100_000, 500),
  MAX_SESSIONS_PER_TOKEN: int(1, 100_000, 100),
  MAX_UNAUTHENTICATED: int(1, 100_000, 100),
  IDLE_TIMEOUT_S: int(1, 3_600, 300),
  CREDIT_MS: int(1_000, 600_000, 20_000),
});

function readLabels(entries: readonly string[], context: z.RefinementCtx): Readonly<Record<string, string>> {
  const pairs = entries.map((entry) => /^(.+?)\s*=\s*(.+)$/.exec(entry)?.slice(1));
  if (pairs.includes(undefined)) context.addIssue({ code: 'custom', message: 'Write LABEL=EMOTION,LABEL=EMOTION' });
  return Object.fromEntries(pairs.filter((pair) => pair !== undefined)) as Record<string, string>;
}

/** Entries are numbered, never repeated: a plain one is a secret. */
function readKeys(entries: readonly string[], context: z.RefinementCtx): readonly ApiKey[] {
  const keys = entries.flatMap((entry, i) => {
    try {
      return [parseApiKey(entry)];
    } catch (error) {
      context.addIssue({ code: 'custom', message: `Entry ${i + 1}: ${messageOf(error)}` });
      return [];
    }
  });
  if (new Set(keys.map(({ id }) => id)).size < keys.length) {
    context.addIssue({ code: 'custom', message: 'The same key stands there twice' });
  }
  return keys;
}

type Env = z.infer<typeof EnvSchema>;

/** The validated configuration, frozen. Secrets that were not given are generated outside production. */
export interface Config extends Omit<Env, 'TOKEN_SECRET'> {
  readonly TOKEN_SECRET: string;
  /** The key made up for this run, to be printed; absent when keys were configured. */
  readonly generatedApiKey?: string;
}

/** A configuration that cannot work: the message names the key, what was given, and what is allowed. */
export class ConfigError extends Error {}

/** Reads `.env` in the project's folder (existing variables win), then the environment. The only reader of `process.env`. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = { ...readDotEnv(join(PROJECT_ROOT, '.env')), ...env };
  const known = Object.fromEntries(
    Object.keys(EnvSchema.shape).flatMap((key) => (given[key] ? [[key, given[key]]] : [])),
  );
  const parsed = EnvSchema.safeParse(known);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => describe(issue, known)).join('\n'));
  const { WHISPER_HEAD, WHISPER_MODEL } = parsed.data;
  if (WHISPER_HEAD !== 'off' && WHISPER_MODEL === 'off') {
    throw new ConfigError(
      `WHISPER_HEAD: "${WHISPER_HEAD}" was given, and WHISPER_MODEL is off. A head hears through Whisper's encoder: name a model, or take the head away`,
    );
  }
  const production = parsed.data.NODE_ENV === 'production';
  if (production && parsed.data.API_KEYS.length === 0) {
    throw new ConfigError(
      'API_KEYS is empty: in production give at least one; `undertone keys create` makes a key and the line to put here',
    );
  }
  if (production && parsed.data.API_KEYS.some(({ plain }) => plain)) {
    throw new ConfigError(
      'API_KEYS: a plain key was given. In production give TENANT:ROLE:sha256=HEX, as `undertone keys create` prints it; ' +
        'the HEX of a key that you have: printf %s KEY | sha256sum',
    );
  }
  if (production && !parsed.data.TOKEN_SECRET) {
    throw new ConfigError('TOKEN_SECRET is missing: in production give at least 32 characters, the same on every node');
  }
  if (parsed.data.KMS_URL && !parsed.data.KMS_TOKEN_FILE) {
    throw new ConfigError('KMS_TOKEN_FILE is missing: KMS_URL needs a file with its token, such as an agent renews');
  }
  const generatedApiKey =
    parsed.data.API_KEYS.length === 0 ? `ut_dev_${randomBytes(18).toString('base64url')}` : undefined;
  return Object.freeze({
    ...parsed.data,
    TOKEN_SECRET: parsed.data.TOKEN_SECRET ?? randomBytes(32).toString('hex'),
    ...(generatedApiKey ? { generatedApiKey, API_KEYS: [parseApiKey(generatedApiKey)] } : {}),
  });
}

const SECRETS = new Set([
  'CAUSES_KEY',
  'API_KEYS',
  'TOKEN_SECRET',
  'DATABASE_URL',
  'DATABASE_OWNER_URL',
  'MASTER_KEY',
  'MASTER_KEY_PREVIOUS',
]);

function describe(issue: z.core.$ZodIssue, given: Record<string, unknown>): string {
  const key = String(issue.path[0]);
  const value = SECRETS.has(key) ? 'a secret' : JSON.stringify(given[key]);
  return `${key}: ${value} was given. ${issue.message}. See .env.example.`;
}

function readDotEnv(file: string): Record<string, string> {
  if (!existsSync(file)) return {};
  const entries: [string, string][] = [];
  for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    const match = /^\s*([A-Z][A-Z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (!match?.[1]) throw new ConfigError(`.env line ${index + 1} is not KEY=value`);
    entries.push([match[1], (match[2] ?? '').replace(/^(['"])(.*)\1$/, '$2')]);
  }
  return Object.fromEntries(entries);
}

function findRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new ConfigError('package.json was not found above the program');
  return findRoot(parent);
}
