import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { MulterModule } from '@nestjs/platform-express';
import type { Config } from '../common/config.js';
import { readFileSync } from 'node:fs';
import { ConfigError } from '../common/config.js';
import { messageOf } from '../common/errors.js';
import { MemoryConsents } from '../privacy/memory-consents.js';
import { NOTICE, parseNotice, SOUND_NOTICE, UNKEPT_NOTICE, type Notice } from '../privacy/notice.js';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { ConsentsRepository } from '../sessions/consents.repository.js';
import { Database } from '../sessions/database.service.js';
import { ErasureRepository } from '../sessions/erasure.repository.js';
import { DEPLOYMENT } from '../sessions/ledger.js';
import { LedgerRepository } from '../sessions/ledger.repository.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { AccessGuard } from './access.guard.js';
import { Admission, LOGIN_REPORTS, type LoginReports } from './admission.service.js';
import { AnalysesController } from './analyses.controller.js';
import { Auth } from './auth.js';
import { CONFIG } from './config.token.js';
import { ConsentsController } from './consents.controller.js';
import { Consents, CONSENT_STORE, ERASURE, SERVED_NOTICE } from './consents.service.js';
import { HealthController } from './health.controller.js';
import { LiveSessions } from './live-sessions.js';
import { Places } from './places.service.js';
import { ProblemFilter } from './problem.filter.js';
import { StreamGateway } from './stream.gateway.js';
import { TokensController } from './tokens.controller.js';

const WITHOUT_STORAGE: Provider[] = [
  { provide: LOGIN_REPORTS, useValue: () => Promise.resolve() },
  { provide: CONSENT_STORE, useFactory: () => new MemoryConsents() },
  { provide: ERASURE, useValue: undefined },
];

const WITH_STORAGE: Provider[] = [
  {
    provide: LOGIN_REPORTS,
    inject: [Database, LedgerRepository],
    useFactory:
      (database: Database, ledger: LedgerRepository): LoginReports =>
      async (report) => {
        const event = { tenant: DEPLOYMENT, kind: 'login.failed', body: { ...report } } as const;
        await database.transaction((manager) => ledger.append(manager, [event], new Date()));
      },
  },
  { provide: CONSENT_STORE, useExisting: ConsentsRepository },
  {
    provide: ERASURE,
    inject: [Database, ErasureRepository],
    useFactory: (database: Database, erasure: ErasureRepository) => async (tenant: string, consentId: string) => {
      await database.transaction((manager) => erasure.eraseConsenting(manager, tenant, consentId, new Date()));
    },
  },
];

/** Everything that faces a client. */
@Module({})
export class GatewayModule {
  static register(config: Config): DynamicModule {
    const below = [
      PipelineModule.register(config),
      ...(config.STORAGE === 'on' ? [SessionsModule.register(config)] : []),
    ];
    return {
      module: GatewayModule,
      imports: [
        ...below,
        MulterModule.register({ limits: { fileSize: config.MAX_UPLOAD_MB * 1_048_576, files: 1, fields: 10 } }),
      ],
      controllers: [HealthController, TokensController, ConsentsController, AnalysesController],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: Auth, useFactory: () => new Auth(config.API_KEYS, config.TOKEN_SECRET, config.TOKEN_TTL_S) },
        Admission,
        Places,
        { provide: SERVED_NOTICE, useFactory: () => servedNotice(config) },
        ...(config.STORAGE === 'on' ? WITH_STORAGE : WITHOUT_STORAGE),
        Consents,
        LiveSessions,
        { provide: APP_GUARD, useClass: AccessGuard },
        // Nest recognises a gateway by its class: one made by a factory would never be connected.
        StreamGateway,
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
      exports: [CONFIG, Admission, Consents, LiveSessions, ...below],
    };
  }
}

/** The operator's own notice, or the one that says what this server does. @throws ConfigError */
function servedNotice({ NOTICE_FILE, STORAGE, AUDIO_KEEP_DAYS }: Config): Notice {
  if (NOTICE_FILE === undefined) {
    if (STORAGE === 'off') return UNKEPT_NOTICE;
    return AUDIO_KEEP_DAYS > 0 ? SOUND_NOTICE : NOTICE;
  }
  try {
    return parseNotice(readFileSync(NOTICE_FILE, 'utf8'));
  } catch (error) {
    throw new ConfigError(`NOTICE_FILE: ${NOTICE_FILE} cannot be used. ${messageOf(error)}. See .env.example.`);
  }
}
