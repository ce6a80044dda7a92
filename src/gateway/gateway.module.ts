import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { MulterModule } from '@nestjs/platform-express';
import type { Config } from '../common/config.js';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { AccessGuard } from './access.guard.js';
import { Admission, LOGIN_REPORTS } from './admission.service.js';
import { AnalysesController } from './analyses.controller.js';
import { Auth } from './auth.js';
import { CONFIG } from './config.token.js';
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
      controllers: [HealthController, TokensController, AnalysesController],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: Auth, useFactory: () => new Auth(config.API_KEYS, config.TOKEN_SECRET, config.TOKEN_TTL_S) },
        { provide: LOGIN_REPORTS, useValue: () => Promise.resolve() },
        Admission,
        { provide: APP_GUARD, useClass: AccessGuard },
        // Nest recognises a gateway by its class: one made by a factory would never be connected.
        StreamGateway,
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
