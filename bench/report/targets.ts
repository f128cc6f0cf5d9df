import { markdownTable } from './markdown-table.ts';

/** Something to be reached: `measured` must not be above `limit`. */
export interface Target {
  readonly what: string;
  /** `undefined`: could not be measured. */
  readonly measured: number | undefined;
  readonly limit: number;
  /** Written after both figures: `x`, ` MiB`. */
  readonly unit: string;
}

export function isMet({ measured, limit }: Target): boolean {
  return measured !== undefined && measured <= limit;
}

/** Which targets were met and which were missed, as Markdown. */
export function targetsTable(targets: readonly Target[]): string {
  return markdownTable(
    targets.map((target) => ({
      target: target.what,
      'at most': toText(target.limit, target.unit),
      measured: target.measured === undefined ? 'not measured' : toText(target.measured, target.unit),
      met: isMet(target) ? '✓' : '✗',
    })),
  );
}

function toText(value: number, unit: string): string {
  return `${Number.isInteger(value) && unit !== 'x' ? value.toLocaleString('en') : value.toFixed(2)}${unit}`;
}
