import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { AppModule } from './app.module.js';
import { ConfigError, loadConfig, PROJECT_ROOT, type Config } from './common/config.js';
import { DeclaredFileError } from './common/declared.js';
import { messageOf } from './common/errors.js';
import { Logs } from './common/logger.js';
import { ModelFileError } from './common/model-manifest.js';
import { Database } from './sessions/database.service.js';
import { SocketAdapter } from './gateway/socket.adapter.js';

/** How long a start may wait for the database, ms. */
const STORAGE_WAIT_MS = 30_000;

const HELP = `Undertone
Hears how something is said and what is said, and answers with one emotion, how sure it is, and why.

  npm start              starts the server; every setting is an environment variable or a line of .env
  npm run -s undertone   the command line: analyze, train, evaluate, models

Settings, their units and defaults: .env.example`;

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    console.log(HELP);
    return;
  }
  const config = loadConfig();
  const app = await NestFactory.create<NestExpressApplication>(AppModule.register(config), {
    logger: new Logs(config.LOG_LEVEL, config.LOG_JSON),
    abortOnError: false,
  });
  app.enableShutdownHooks(['SIGINT', 'SIGTERM'], { useProcessExit: true });
  app.useWebSocketAdapter(new SocketAdapter(app, config));
  app.use(helmet({ contentSecurityPolicy: { directives: POLICY }, strictTransportSecurity: false }));
  app.use((_request: Request, response: Response, next: NextFunction) => {
    response.setHeader('Permissions-Policy', 'microphone=(self), camera=(), geolocation=()');
    next();
  });
  if (config.CORS_ORIGINS.length > 0) app.enableCors({ origin: config.CORS_ORIGINS });
  const page = join(PROJECT_ROOT, 'dist', 'web');
  if (existsSync(page)) app.useStaticAssets(page, { extensions: ['html'] });
  describeApi(app);
  try {
    await app.init();
    await storageOpened(app, config);
    await app.listen(config.PORT, config.HOST);
  } catch (error) {
    await app.close();
    throw error;
  }
  stopWithDatabase(app, config);
  announce(config, (app.getHttpServer().address() as AddressInfo).port);
}

/**
 * Consents are looked up in the database: the server listens as soon as it is open, or after a while without it (Postgres may
 * be away). @throws ConfigError where it never can be opened: a lost master key, another server's folder, a newer schema
 */
async function storageOpened(app: NestExpressApplication, { STORAGE }: Config): Promise<void> {
  if (STORAGE === 'off') return;
  const waited = new AbortController();
  const ready = app.get(Database).ready();
  await Promise.race([ready, pause(STORAGE_WAIT_MS, undefined, { signal: waited.signal })])
    .catch((error: unknown) => {
      throw new ConfigError(messageOf(error));
    })
    .finally(() => {
      waited.abort();
    });
}

/** The same later: the server stops and says what to do. */
function stopWithDatabase(app: NestExpressApplication, { STORAGE }: Config): void {
  if (STORAGE === 'off') return;
  app.get(Database).fatal.catch((error: unknown) => {
    console.error(messageOf(error));
    void app.close().finally(() => process.exit(1));
  });
}

/** The page needs nothing from elsewhere. */
const POLICY = {
  defaultSrc: ["'self'"],
  connectSrc: ["'self'", 'ws:', 'wss:'],
  workerSrc: ["'self'", 'blob:'],
  mediaSrc: ["'self'", 'blob:'],
  imgSrc: ["'self'", 'data:'],
  scriptSrc: ["'self'"],
  // The API pages of Swagger style themselves inline.
  styleSrc: ["'self'", "'unsafe-inline'"],
  upgradeInsecureRequests: null,
};

function describeApi(app: NestExpressApplication): void {
  const document = new DocumentBuilder()
    .setTitle('Undertone')
    .setDescription(
      'How it was said and what was said, as one explained emotion. The socket is described in docs/protocol.md.',
    )
    .setVersion('1')
    .addApiKey({ type: 'apiKey', name: 'X-API-Key', in: 'header' }, 'key')
    .addBearerAuth({ type: 'http', description: 'a token of POST /v1/tokens' }, 'token')
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, document));
}

/** The one line a person looks for, and a program may parse. */
function announce(config: Config, port: number): void {
  const host = config.HOST.includes(':') ? `[${config.HOST}]` : config.HOST;
  const url = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}/`;
  const log = new Logger('Undertone');
  if (config.generatedApiKey) {
    log.log(`API key for this run (set API_KEYS to keep one): ${config.generatedApiKey}`);
    log.log(`live page: ${url}#key=${config.generatedApiKey}`);
  } else {
    log.log(`live page: ${url}`);
  }
  log.log(`listening on ${url}`);
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError || error instanceof ModelFileError || error instanceof DeclaredFileError)
    console.error(messageOf(error));
  else console.error(error);
  process.exit(1);
});
