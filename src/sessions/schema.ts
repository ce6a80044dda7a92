import type { DataSourceOptions } from 'typeorm';
import { Access } from './access.entity.js';
import { Alert } from './alert.entity.js';
import { AudioPiece } from './audio.entity.js';
import { ConsentRow } from './consent.entity.js';
import { DeploymentKey } from './deployment-key.entity.js';
import { Label } from './label.entity.js';
import { LedgerRow } from './ledger.entity.js';
import { WhatIsStored1795000000000 } from './migrations/1795000000000-what-is-stored.js';
import { AlertsEnd1795100000000 } from './migrations/1795100000000-alerts-end.js';
import { Audio1795200000000 } from './migrations/1795200000000-audio.js';
import { SnakeCase } from './naming.js';
import { Result } from './result.entity.js';
import { Session } from './session.entity.js';
import { Subject } from './subject.entity.js';
import { Tenant } from './tenant.entity.js';
import { Utterance } from './utterance.entity.js';

/** What both databases are told alike. */
export const SCHEMA = {
  type: 'postgres',
  entities: [
    Tenant,
    DeploymentKey,
    Subject,
    Session,
    Utterance,
    Result,
    Label,
    Alert,
    AudioPiece,
    ConsentRow,
    Access,
    LedgerRow,
  ],
  migrations: [WhatIsStored1795000000000, AlertsEnd1795100000000, Audio1795200000000],
  migrationsTableName: 'migrations',
  namingStrategy: new SnakeCase(),
  synchronize: false,
  // Statements carry what was said: they are never logged.
  logging: false,
  // gen_random_uuid is built in; extensions need rights that an application should not have.
  uuidExtension: 'pgcrypto',
  installExtensions: false,
} as const satisfies Partial<DataSourceOptions>;
