/** A reason of the ledger for people. */
export interface LedgerReason {
  readonly text: string;
  /** What to do about it; undefined where nothing has to be done. */
  readonly fix?: string | undefined;
}

const KNOWN: Readonly<Record<string, LedgerReason>> = {
  sampled: { text: 'left out by sampling' },
  filtered: { text: 'left out by a processor of the app' },
  'dropped:not_allowed': { text: 'their schema is not among allowedSchemas' },
  'dropped:queue_full': {
    text: 'the queue of the app was full',
    fix: 'give it the option spool, or a larger maxBytes',
  },
  'dropped:expired': {
    text: 'waited longer than maxAgeMs',
    fix: 'raise it, or see why the collector was away',
  },
  'dropped:closed': {
    text: 'came after close(), or were pending at its end',
    fix: 'give the app the option spool, or close() more time',
  },
  'dropped:spool_lost': { text: 'the files of the spool are gone', fix: 'see who removes them' },
  'dropped:corrupt': {
    text: 'the files of the spool were damaged',
    fix: 'otel-events spool verify DIRECTORY tells where',
  },
  'rejected:invalid': {
    text: 'refused by their schema',
    fix: 'those of an app with the option quarantine are there: see otel-events quarantine ls',
  },
};

/** What `lost` of the ledger means, such as `dropped:queue_full`. */
export function ledgerReason(reason: string): LedgerReason {
  const known = Object.hasOwn(KNOWN, reason) ? KNOWN[reason] : undefined;
  if (known !== undefined) return known;
  const [column = '', why = ''] = reason.split(/:(.*)/s);
  if (column === 'rejected')
    return {
      text: `refused by the collector (${why})`,
      fix: 'otel-events spool dead-letter ls DIRECTORY tells why',
    };
  return { text: `${column} by the app (${why})`, fix: 'the log of the app tells more' };
}

/** They left the app, and did not come here. */
export const UNEXPLAINED: LedgerReason = {
  text: 'left the app, and are not stored',
  fix: 'see which processor of the collector takes them out, or whether they wait in a queue of it',
};
