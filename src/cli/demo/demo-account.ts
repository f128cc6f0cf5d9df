import type { LedgerRow } from '../../delivery/ledger/accounts.ts';
import type { EventLogger } from '../../logger/event-logger.ts';
import { askViewer } from '../events/viewer-url.ts';

/** What became of the demo's events, and of its spans. */
export interface DemoAccount {
  readonly events: DemoCounts;
  readonly spans: DemoCounts;
}

interface DemoCounts {
  /** Told to the loggers. */
  readonly emitted: number;
  /** Kept back, since their schema refuses them. */
  readonly quarantined: number;
  /** Confirmed by the collector. */
  readonly acked: number;
  /** What the viewer finds. Undefined: it was not asked, or has not looked at all of them. */
  readonly stored: number | undefined;
}

/** Of the viewer. */
interface Groups {
  readonly complete: boolean;
  readonly groups: readonly { readonly value?: unknown; readonly count: number }[];
}

/** What was read of columns for one answer is there for the next. */
const MOST_ASKED = 10;

/** How the loggers stand. */
export function countEmitted(loggers: readonly EventLogger[]): DemoAccount {
  const stats = loggers.map((logger) => logger.stats());
  return {
    events: sumOf(stats.map(({ total }) => total)),
    spans: sumOf(stats.map(({ spans }) => spans)),
  };
}

/** The same, and what the viewer finds of this run. @throws OtelEventsError `STORE_FAILED` if it does not answer */
export async function countStored(emitted: DemoAccount, viewer: URL, run: string): Promise<DemoAccount> {
  const params = [
    ['q', `resource.demo.run:${run}`],
    ['by', 'kind'],
  ] as const;
  const ask = async (): Promise<Groups> =>
    (await askViewer({ url: viewer, token: undefined }, '/api/groups', params)).json() as Promise<Groups>;
  let answer = await ask();
  // It looks for two seconds at most: on a machine that does much else it has to be asked again.
  for (let asked = 1; !answer.complete && asked < MOST_ASKED; asked++) answer = await ask();
  const stored = (kind: string): number | undefined =>
    answer.complete ? (answer.groups.find(({ value }) => value === kind)?.count ?? 0) : undefined;
  return {
    events: { ...emitted.events, stored: stored('event') },
    spans: { ...emitted.spans, stored: stored('span') },
  };
}

/** How many are nowhere: neither quarantined nor stored. Undefined: nobody knows what is stored. */
function lostOf({ emitted, quarantined, stored }: DemoCounts): number | undefined {
  return stored === undefined ? undefined : emitted - quarantined - stored;
}

/** Whether all that was emitted was acknowledged, and is stored. */
export function isEven({ events, spans }: DemoAccount): boolean {
  return [events, spans].every(
    (counts) => counts.emitted - counts.quarantined === counts.acked && counts.acked === counts.stored,
  );
}

/** A line for each count, in two columns. */
export function accountLines(account: DemoAccount): readonly string[] {
  const rows = [
    ['emitted', ({ emitted }: DemoCounts) => emitted, 'told to the loggers of the shop'],
    ['quarantined', ({ quarantined }: DemoCounts) => quarantined, 'refused by their schemas'],
    ['acked', ({ acked }: DemoCounts) => acked, 'confirmed by the collector'],
    ['stored', ({ stored }: DemoCounts) => stored, 'found by the viewer'],
    ['lost', lostOf, 'neither quarantined nor stored'],
  ] as const;
  const cell = (count: number | undefined): string =>
    (count?.toLocaleString('en-US') ?? 'unknown').padStart(10);
  return [
    `  ${''.padEnd(11)}${'events'.padStart(10)}${'spans'.padStart(10)}`,
    ...rows.map(
      ([name, of, what]) =>
        `  ${name.padEnd(11)}${cell(of(account.events))}${cell(of(account.spans))}  ${what}`,
    ),
  ];
}

function sumOf(rows: readonly LedgerRow[]): DemoCounts {
  const sum = (of: (row: LedgerRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  return {
    emitted: sum(({ emitted }) => emitted),
    quarantined: sum(({ rejected }) => rejected.invalid ?? 0),
    acked: sum(({ acked }) => acked),
    stored: undefined,
  };
}
