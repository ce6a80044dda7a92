import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import type { Config } from '../common/config.js';
import { CONFIG } from '../gateway/config.token.js';
import { Consents } from '../gateway/consents.service.js';
import { LiveSessions } from '../gateway/live-sessions.js';
import { PipelineService } from '../pipeline/pipeline.service.js';
import { AudioRepository } from '../sessions/audio.repository.js';
import { ConsentsRepository } from '../sessions/consents.repository.js';
import { Database } from '../sessions/database.service.js';
import { ErasureRepository } from '../sessions/erasure.repository.js';
import { LedgerRepository } from '../sessions/ledger.repository.js';
import { Nodes } from '../sessions/nodes.service.js';
import { SessionsRepository } from '../sessions/sessions.repository.js';
import { Vault } from '../sessions/vault.service.js';
import { AccessesRepository } from './accesses.repository.js';
import { AlertsRepository } from './alerts.repository.js';
import { AggregatesRepository } from './aggregates.repository.js';
import { ReviewChanges } from './changes.js';
import { Exports } from './exports.service.js';
import { Labels } from './labels.service.js';
import { LedgerController } from './ledger.controller.js';
import { ReportsController } from './reports.controller.js';
import { RetentionController } from './retention.controller.js';
import { RetentionService, retentionOf } from './retention.service.js';
import { ReviewGateway } from './review.gateway.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsReader } from './sessions.reader.js';
import { ReviewSessions } from './sessions.service.js';
import { ReviewStorage } from './storage.service.js';
import { SubjectsController } from './subjects.controller.js';
import { Subjects } from './subjects.service.js';

/** A class and what its constructor takes, in order: checked against each other. */
function made<A extends unknown[]>(
  type: new (...args: A) => object,
  ...inject: { [K in keyof A]: Type<A[K]> }
): Provider {
  return { provide: type, inject, useFactory: (...args: unknown[]) => new type(...(args as A)) };
}

const PROVIDERS: Provider[] = [
  made(ReviewStorage, Database),
  made(ReviewChanges),
  made(AccessesRepository, LedgerRepository),
  made(AlertsRepository, Vault, LedgerRepository),
  made(SessionsReader, Vault, SessionsRepository, LedgerRepository, AlertsRepository, AudioRepository),
  made(AggregatesRepository, SessionsReader),
  made(Exports, ReviewStorage, SessionsReader, LedgerRepository),
  {
    provide: RetentionService,
    inject: [ReviewStorage, ErasureRepository, LedgerRepository, CONFIG],
    useFactory: (storage: ReviewStorage, erasure: ErasureRepository, ledger: LedgerRepository, config: Config) =>
      new RetentionService(storage, erasure, ledger, retentionOf(config)),
  },
  made(
    ReviewSessions,
    ReviewStorage,
    SessionsReader,
    AlertsRepository,
    AccessesRepository,
    ErasureRepository,
    LiveSessions,
    ReviewChanges,
    PipelineService,
  ),
  made(
    Labels,
    ReviewStorage,
    SessionsReader,
    SessionsRepository,
    AccessesRepository,
    PipelineService,
    LiveSessions,
    ReviewChanges,
    Nodes,
  ),
  made(
    Subjects,
    ReviewStorage,
    SessionsReader,
    Vault,
    ConsentsRepository,
    Consents,
    ErasureRepository,
    LedgerRepository,
    ReviewChanges,
  ),
  // Nest recognises a gateway by its class.
  ReviewGateway,
];

/** What analysts work with; only there where something is stored. */
@Module({})
export class ReviewModule {
  /** `gateway`: the one that is running, with everything below it. */
  static register(gateway: DynamicModule): DynamicModule {
    return {
      module: ReviewModule,
      imports: [gateway],
      controllers: [SessionsController, ReportsController, SubjectsController, RetentionController, LedgerController],
      providers: PROVIDERS,
    };
  }
}
