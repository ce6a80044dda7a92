import { readFile, writeFile } from 'node:fs/promises';
import { loadConfig } from '../common/config.js';
import { messageOf } from '../common/errors.js';
import { fingerprintOf, parseCheckpoint, signCheckpoint, type Checkpoint } from '../sessions/checkpoint.js';
import { LedgerAudit } from '../sessions/ledger-audit.repository.js';
import { LedgerRepository } from '../sessions/ledger.repository.js';
import { LEDGER_KINDS } from '../sessions/ledger-kinds.js';
import { DEPLOYMENT } from '../sessions/ledger.js';
import { signingKey } from '../sessions/signing-key.js';
import { withStorage } from './storage.js';

export interface VerifyOptions {
  readonly checkpoint?: readonly string[];
  readonly json?: boolean;
}

/** Proves the ledger and what it attests, or names the first entry that does not hold. */
export async function verifyLedger({ checkpoint = [], json }: VerifyOptions): Promise<boolean> {
  const checkpoints = (await Promise.all(checkpoint.map(readCheckpoints))).flat();
  const audit = await withStorage(({ database }) =>
    database.transaction((manager) => new LedgerAudit(new LedgerRepository()).verify(manager, checkpoints)),
  );
  const { head, fault, roleMayChange } = audit;
  if (json) console.log(JSON.stringify({ holds: !fault, ...audit }));
  else if (fault) console.error(`undertone: the ledger is broken at entry ${fault.seq}: ${fault.reason}`);
  else {
    const signed = checkpoints.length > 0 ? ` and ${checkpoints.length} checkpoints` : '';
    console.log(`the ledger holds: ${head.seq} entries${signed}, the last of ${head.at.toISOString()}\n${head.hash}`);
    if (roleMayChange)
      console.log('The role of the server owns the ledger, and could drop its trigger: see DATABASE_OWNER_URL.');
  }
  return !fault;
}

export interface ShowOptions {
  readonly last: number;
  readonly kind?: string;
  readonly tenant?: string;
  readonly json?: boolean;
}

/** Prints the last entries, of all tenants and of the deployment itself: log-ins that failed, keys that were rotated. */
export async function showLedger({ last, kind, tenant, json }: ShowOptions): Promise<boolean> {
  const known = LEDGER_KINDS.find((one) => one === kind);
  if (kind !== undefined && !known) {
    console.error(`undertone: --kind: one of ${LEDGER_KINDS.join(', ')}`);
    return false;
  }
  const filter = { kind: known, tenant };
  const newest = await withStorage(({ database }) =>
    database.transaction((manager) => new LedgerRepository().list(manager, last, filter)),
  );
  for (const { seq, at, tenant: of, kind: what, body, hash } of newest.reverse()) {
    const entry = { seq, at: at.toISOString(), tenant: of, kind: what, body, hash };
    if (json) console.log(JSON.stringify(entry));
    else console.log(`${seq}  ${entry.at}  ${of === DEPLOYMENT ? 'deployment' : of}  ${what}  ${JSON.stringify(body)}`);
  }
  if (newest.length === 0 && !json) console.log('no such entries');
  return true;
}

export interface CheckpointOptions {
  readonly out?: string;
}

/** Signs how far the ledger goes, after proving it. */
export async function checkpointLedger({ out }: CheckpointOptions): Promise<boolean> {
  const { DATA_DIR } = loadConfig();
  const { head, fault } = await withStorage(({ database }) =>
    database.transaction((manager) => new LedgerAudit(new LedgerRepository()).verify(manager)),
  );
  if (fault) {
    console.error(`undertone: nothing was signed: the ledger is broken at entry ${fault.seq}: ${fault.reason}`);
    return false;
  }
  const made = signCheckpoint(head, await signingKey(DATA_DIR), new Date());
  const line = `${JSON.stringify(made)}\n`;
  if (out === undefined) process.stdout.write(line);
  else {
    await writeFile(out, line, { flag: 'a' });
    console.log(`${out}: checkpoint of entry ${made.seq}, signed by the key ${fingerprintOf(made.publicKey)}`);
  }
  return true;
}

/** One checkpoint a line. */
async function readCheckpoints(file: string): Promise<Checkpoint[]> {
  try {
    const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean);
    if (lines.length === 0) throw new Error('it is empty');
    return lines.map(parseCheckpoint);
  } catch (error) {
    throw new Error(`${file}: ${messageOf(error)}`);
  }
}
