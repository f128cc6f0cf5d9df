import type { Funnel, FunnelStep } from '../../viewer/store/event-store.ts';
import { fitTable } from '../output/fit-table.ts';
import type { NumberStyle } from '../output/human.ts';
import type { Output } from '../output/output.ts';
import { wrapParts } from '../output/wrap-parts.ts';
import type { SourceFunnel } from './event-source.ts';
import { durationText } from './local-time.ts';
import { valueText } from './value-text.ts';

const COLUMNS = [
  { title: 'STEP' },
  { title: 'CAME SO FAR', alignRight: true },
  { title: 'OF FIRST', alignRight: true },
  { title: 'OF BEFORE', alignRight: true },
  { title: 'MEDIAN TIME', alignRight: true },
];

/** Prints how many came how far, by the value of a field too if that was asked, and what those did next who went no further. */
export async function printFunnel(
  output: Output,
  { steps, split }: Pick<SourceFunnel, 'steps' | 'split'>,
  funnel: Funnel,
  style: NumberStyle,
): Promise<void> {
  const { width } = output;
  for (const line of fitTable(COLUMNS, stepRows(steps, funnel.steps, style), { width }))
    await output.line(line);
  if (split !== undefined) {
    const columns = [{ title: split.toUpperCase() }, ...COLUMNS];
    const rows = (funnel.split ?? []).flatMap(({ value, steps: own }) =>
      stepRows(steps, own, style).map((cells) => [valueText(value), ...cells]),
    );
    await output.line('');
    for (const line of fitTable(columns, rows, { width })) await output.line(line);
  }
  for (const [at, { next }] of funnel.steps.entries()) {
    if (next.length === 0) continue;
    await output.line('');
    await output.line(`after ${at + 1} ${steps[at]}, those who went no further:`);
    const parts = next.map(({ name, people }) => `${name === '' ? '(log)' : name} ${style.count(people)}`);
    for (const line of wrapParts(parts, output.width, '  ', ', ')) await output.line(line);
  }
}

function stepRows(
  names: readonly string[],
  steps: readonly FunnelStep[],
  style: NumberStyle,
): (readonly string[])[] {
  return steps.map(({ people, medianMs }, at) => [
    `${at + 1} ${names[at]}`,
    style.count(people),
    share(people, steps[0]?.people),
    at === 0 ? '-' : share(people, steps[at - 1]?.people),
    medianMs === undefined || medianMs === null ? '-' : durationText(medianMs),
  ]);
}

function share(part: number, of: number | undefined): string {
  return of ? `${((100 * part) / of).toFixed(1)} %` : '-';
}
