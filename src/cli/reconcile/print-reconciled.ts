import { counted } from '../../counted.ts';
import type { Compared, Reconciled } from '../../reconcile/reconcile.ts';
import { fitTable } from '../output/fit-table.ts';
import type { Column } from '../output/to-table.ts';
import { wrapParts } from '../output/wrap-parts.ts';

const SUMS: readonly Column[] = [{ title: 'NAME' }, { title: 'FILES', alignRight: true }];

interface Sum {
  readonly name: string;
  files: number;
  repeatedInFiles: number;
  bareInFiles: number;
}

/** What was found, as an object for machines: sums by name, and all minutes. */
export function toJson(found: Reconciled, { files }: { readonly files: readonly string[] }): object {
  const { compared, ...rest } = found;
  return {
    files,
    ...rest,
    names: sumsOf(compared),
    minutes: compared.map(({ name, minuteMs, ...counts }) => ({
      minute: minuteOf(minuteMs),
      name,
      ...counts,
    })),
  };
}

/** The same for a person. @param width - characters of a line */
export function linesOf(found: Reconciled, width: number): string[] {
  const sums = sumsOf(found.compared);
  const rows = sums.map(({ name, files }) => [name === '' ? '(no name)' : name, digits(files)]);
  const fit = (text: string): string[] => wrapParts(text.split(' '), Math.min(width, 80), '', ' ');
  return [
    ...(rows.length === 0 ? [] : [...fitTable(SUMS, rows, { width }), '']),
    ...notes(found, sums).flatMap(fit),
    ...fit(verdict(found)),
  ];
}

function notes({ damagedLines, spans, timeless }: Reconciled, sums: readonly Sum[]): string[] {
  const all = (key: 'repeatedInFiles' | 'bareInFiles'): number =>
    sums.reduce((sum, one) => sum + one[key], 0);
  const [inFiles, bare] = [all('repeatedInFiles'), all('bareInFiles')];
  return [
    ...(bare > 0 ? [`${counted(bare, 'event')} without log.record.uid, which may be repetitions.`] : []),
    ...(inFiles > 0 ? [`${counted(inFiles, 'repetition')} in the files, counted once.`] : []),
    ...(timeless > 0 ? [`${counted(timeless, 'event')} without a time, not counted.`] : []),
    ...(spans > 0 ? [`${counted(spans, 'span')} in the files, not counted.`] : []),
    ...(damagedLines > 0 ? [`${counted(damagedLines, 'line')} of the files cannot be read.`] : []),
  ];
}

function verdict({ compared }: Reconciled): string {
  if (compared.length === 0) return 'No event of that time is in the files.';
  const files = compared.reduce((sum, one) => sum + one.files, 0);
  return `${digits(files)} ${files === 1 ? 'event' : 'events'} with an id.`;
}

function sumsOf(compared: readonly Compared[]): Sum[] {
  const sums = new Map<string, Sum>();
  for (const { name, files, bareInFiles, repeatedInFiles } of compared) {
    const sum = sums.get(name) ?? { name, files: 0, repeatedInFiles: 0, bareInFiles: 0 };
    sums.set(name, sum);
    sum.files += files;
    sum.repeatedInFiles += repeatedInFiles;
    sum.bareInFiles += bareInFiles;
  }
  return [...sums.values()].sort((one, other) => other.files - one.files || (one.name < other.name ? -1 : 1));
}

function minuteOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -8)}Z`;
}

function digits(count: number): string {
  return count.toLocaleString('en-US');
}
