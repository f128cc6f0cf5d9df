import { counted } from '../../counted.ts';
import type { Compared } from '../../reconcile/compare-slot.ts';
import type { Reconciled } from '../../reconcile/reconcile.ts';
import { fitTable } from '../output/fit-table.ts';
import type { Column } from '../output/to-table.ts';
import { wrapParts } from '../output/wrap-parts.ts';

/** Minutes that are shown; `--json` has all. */
const MAX_MINUTES = 20;

const SUMS: readonly Column[] = [
  { title: 'NAME' },
  { title: 'FILES', alignRight: true },
  { title: 'STORE', alignRight: true },
  { title: 'MISSING', alignRight: true },
];

interface Sum {
  readonly name: string;
  files: number;
  store: number;
  missing: number;
  repeatedInFiles: number;
  repeatedInStore: number;
  bareInFiles: number;
  /** Undefined: the store cannot tell. */
  bareInStore: number | undefined;
}

/** What was found, as an object for machines: all minutes in which something is missing, and sums by name. */
export function toJson(
  found: Reconciled,
  {
    files,
    kind,
    origin,
  }: { readonly files: readonly string[]; readonly kind: string; readonly origin: string },
): object {
  const { compared, ...rest } = found;
  return {
    files,
    store: { kind, url: origin },
    ...rest,
    names: sumsOf(compared),
    minutes: missingMinutes(compared).map(({ name, minuteMs, missing, ...counts }) => ({
      minute: minuteOf(minuteMs),
      name,
      ...counts,
      missing: missing.length,
    })),
  };
}

/** The same for a person. @param width - characters of a line */
export function linesOf(
  found: Reconciled,
  about: { readonly kind: string; readonly mend: boolean },
  width: number,
): string[] {
  const sums = sumsOf(found.compared);
  const rows = sums.map(({ name, files, store, missing }) => [
    name === '' ? '(no name)' : name,
    digits(files),
    digits(store),
    digits(missing),
  ]);
  const fit = (text: string): string[] => wrapParts(text.split(' '), Math.min(width, 80), '', ' ');
  return [
    ...(rows.length === 0 ? [] : [...fitTable(SUMS, rows, { width }), '']),
    ...minuteLines(found.compared, width),
    ...notes(found, sums).flatMap(fit),
    ...fit(verdict(found, about)),
  ];
}

function minuteLines(compared: readonly Compared[], width: number): string[] {
  const minutes = missingMinutes(compared);
  if (minutes.length === 0) return [];
  const rows = minutes
    .slice(0, MAX_MINUTES)
    .map(({ minuteMs, name, files, missing }) => [
      minuteOf(minuteMs),
      name === '' ? '(no name)' : name,
      `${digits(missing.length)} of ${digits(files)}`,
    ]);
  const columns = [{ title: 'MINUTE' }, { title: 'NAME' }, { title: 'MISSING', alignRight: true }];
  const more = minutes.length - rows.length;
  return [
    ...fitTable(columns, rows, { width }),
    ...(more > 0 ? [`and ${digits(more)} more; --json has all`] : []),
    '',
  ];
}

function notes(found: Reconciled, sums: readonly Sum[]): string[] {
  const all = (key: 'repeatedInFiles' | 'repeatedInStore' | 'bareInFiles'): number =>
    sums.reduce((sum, one) => sum + one[key], 0);
  const { elsewhere, damagedLines, spans, timeless, bareMissing } = found;
  const [inFiles, inStore, bare] = [all('repeatedInFiles'), all('repeatedInStore'), all('bareInFiles')];
  return [
    ...(bare > 0
      ? [
          `${counted(bare, 'event')} without log.record.uid cannot be compared one by one${bareMissing > 0 ? `: by their counts at least ${digits(bareMissing)} missing` : ''}.`,
        ]
      : []),
    ...(elsewhere > 0 ? [`${counted(elsewhere, 'event')} in the store at another time than their own.`] : []),
    ...(inFiles > 0 ? [`${counted(inFiles, 'repetition')} in the files, counted once.`] : []),
    ...(inStore > 0 ? [`${counted(inStore, 'repetition')} in the store, counted once.`] : []),
    ...(timeless > 0 ? [`${counted(timeless, 'event')} without a time, not compared.`] : []),
    ...(spans > 0 ? [`${counted(spans, 'span')} in the files, not compared.`] : []),
    ...(damagedLines > 0 ? [`${counted(damagedLines, 'line')} of the files cannot be read.`] : []),
  ];
}

function verdict(
  { compared, missing, sent, left, bareMissing }: Reconciled,
  { kind, mend }: { readonly kind: string; readonly mend: boolean },
): string {
  const files = compared.reduce((sum, one) => sum + one.files, 0);
  const what = `${digits(files)} ${files === 1 ? 'event' : 'events'}`;
  if (compared.length === 0) return 'No event of that time is in the files.';
  // Of those without an id something is: that was said above.
  const withId = bareMissing > 0 ? ' with an id' : '';
  const whole = `${kind} has all of ${what}${withId}.`;
  if (missing === 0) return bareMissing > 0 ? whole : `Nothing is missing: ${whole}`;
  const found = `${digits(missing)} of ${what} were missing in ${kind}`;
  if (!mend) return `${digits(missing)} of ${what} are missing in ${kind}; --mend sends them.`;
  if (left === 0) return `${found}; ${digits(sent)} sent, and now it has all${withId}.`;
  return `${found}; ${digits(sent)} sent, and ${digits(left)} are not there: see what the store's log says, and whether it keeps events of that time and size (--to sends through a collector).`;
}

function sumsOf(compared: readonly Compared[]): Sum[] {
  const sums = new Map<string, Sum>();
  for (const { name, files, store, missing, bareInFiles, bareInStore, ...repeated } of compared) {
    const zero = { files: 0, store: 0, missing: 0, repeatedInFiles: 0, repeatedInStore: 0, bareInFiles: 0 };
    const sum = sums.get(name) ?? { name, ...zero, bareInStore: 0 };
    sums.set(name, sum);
    sum.files += files;
    sum.store += store;
    sum.missing += missing.length;
    sum.repeatedInFiles += repeated.repeatedInFiles;
    sum.repeatedInStore += repeated.repeatedInStore;
    sum.bareInFiles += bareInFiles;
    sum.bareInStore =
      sum.bareInStore === undefined || bareInStore === undefined ? undefined : sum.bareInStore + bareInStore;
  }
  return [...sums.values()].sort(
    (one, other) =>
      other.missing - one.missing || other.files - one.files || (one.name < other.name ? -1 : 1),
  );
}

function missingMinutes(compared: readonly Compared[]): Compared[] {
  return compared.filter(
    ({ missing, bareInFiles, bareInStore = bareInFiles }) => missing.length > 0 || bareInFiles > bareInStore,
  );
}

function minuteOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -8)}Z`;
}

function digits(count: number): string {
  return count.toLocaleString('en-US');
}
