import type { Funnel } from '../../viewer/store/event-store.ts';
import { fitTable } from '../output/fit-table.ts';
import type { NumberStyle } from '../output/human.ts';
import type { Output } from '../output/output.ts';
import { wrapParts } from '../output/wrap-parts.ts';
import { durationText } from './local-time.ts';

const COLUMNS = [
  { title: 'STEP' },
  { title: 'CAME SO FAR', alignRight: true },
  { title: 'OF FIRST', alignRight: true },
  { title: 'OF BEFORE', alignRight: true },
  { title: 'MEDIAN TIME', alignRight: true },
];

/** Prints how many came how far, and what those did next who went no further. */
export async function printFunnel(
  output: Output,
  steps: readonly string[],
  funnel: Funnel,
  style: NumberStyle,
): Promise<void> {
  const [first] = funnel.steps;
  const rows = funnel.steps.map(({ people, medianMs }, at) => [
    `${at + 1} ${steps[at]}`,
    style.count(people),
    share(people, first?.people),
    at === 0 ? '-' : share(people, funnel.steps[at - 1]?.people),
    medianMs === undefined ? '-' : durationText(medianMs),
  ]);
  for (const line of fitTable(COLUMNS, rows, { width: output.width })) await output.line(line);
  for (const [at, { next }] of funnel.steps.entries()) {
    if (next.length === 0) continue;
    await output.line('');
    await output.line(`after ${at + 1} ${steps[at]}, those who went no further:`);
    const parts = next.map(({ name, people }) => `${name === '' ? '(log)' : name} ${style.count(people)}`);
    for (const line of wrapParts(parts, output.width, '  ', ', ')) await output.line(line);
  }
}

function share(part: number, of: number | undefined): string {
  return of ? `${((100 * part) / of).toFixed(1)} %` : '-';
}
