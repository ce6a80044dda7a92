import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { MulterModule } from '@nestjs/platform-express';
import type { Config } from '../common/config.js';
import { readFileSync } from 'node:fs';
import { ConfigError } from '../common/config.js';
import { messageOf } from '../common/errors.js';
import { MemoryConsents } from '../privacy/memory-consents.js';
import { parseNotice, UNKEPT_NOTICE, type Notice } from '../privacy/notice.js';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { AccessGuard } from './access.guard.js';
import { Admission, LOGIN_REPORTS } from './admission.service.js';
import { AnalysesController } from './analyses.controller.js';
import { Auth } from './auth.js';
import { CONFIG } from './config.token.js';
import { ConsentsController } from './consents.controller.js';
import { Consents, CONSENT_STORE, ERASURE, SERVED_NOTICE } from './consents.service.js';
import { HealthController } from './health.controller.js';
import { ProblemFilter } from './problem.filter.js';
import { StreamGateway } from './stream.gateway.js';
import { TokensController } from './tokens.controller.js';

/** Everything that faces a client. */
@Module({})
export class GatewayModule {
  static register(config: Config): DynamicModule {
    return {
      module: GatewayModule,
      imports: [
        PipelineModule.register(config),
        MulterModule.register({ limits: { fileSize: config.MAX_UPLOAD_MB * 1_048_576, files: 1, fields: 10 } }),
      ],
      controllers: [HealthController, TokensController, ConsentsController, AnalysesController],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: Auth, useFactory: () => new Auth(config.API_KEYS, config.TOKEN_SECRET, config.TOKEN_TTL_S) },
        { provide: LOGIN_REPORTS, useValue: () => Promise.resolve() },
        Admission,
        { provide: SERVED_NOTICE, useFactory: () => servedNotice(config) },
        { provide: CONSENT_STORE, useFactory: () => new MemoryConsents() },
        { provide: ERASURE, useValue: undefined },
        Consents,
        { provide: APP_GUARD, useClass: AccessGuard },
        // Nest recognises a gateway by its class: one made by a factory would never be connected.
        StreamGateway,
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}

/** The operator's own notice, or the one that says what this server does. @throws ConfigError */
function servedNotice({ NOTICE_FILE }: Config): Notice {
  if (NOTICE_FILE === undefined) return UNKEPT_NOTICE;
  try {
    return parseNotice(readFileSync(NOTICE_FILE, 'utf8'));
  } catch (error) {
    throw new ConfigError(`NOTICE_FILE: ${NOTICE_FILE} cannot be used. ${messageOf(error)}. See .env.example.`);
  }
}
