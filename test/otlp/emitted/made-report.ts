import type { EmittedCell, EmittedReport } from '../../../src/otlp/emitted/emitted-report.ts';

/** The first report of a logger, of nothing but what is given. */
export function madeReport(given: Partial<EmittedReport>): EmittedReport {
  return {
    service: 'shop',
    logger: 'a',
    sequence: 1,
    isLast: false,
    cells: [],
    underWay: new Map(),
    ...given,
  };
}

/** @param minute - since 1970; without it that in which the events of the viewer's tests happen */
export function madeCell(
  name: string,
  emitted: number,
  lost: Readonly<Record<string, number>> = {},
  minute = 29_404_800,
): EmittedCell {
  return { name, minute, emitted, lost: new Map(Object.entries(lost)) };
}
