/** What can be attested. */
export const LEDGER_KINDS = [
  'label.made',
  'label.overridden',
  'label.revoked',
  'label.restored',
  'alert.acknowledged',
  'consent.given',
  'consent.withdrawn',
  'subject.erased',
  'session.deleted',
  'results.lost',
  'audio.lost',
  'words.read',
  'audio.heard',
  'data.exported',
  'data.purged',
  'retention.changed',
  'keys.rotated',
  'login.failed',
] as const;
export type LedgerKind = (typeof LEDGER_KINDS)[number];
