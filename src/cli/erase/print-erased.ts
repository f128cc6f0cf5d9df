import { counted } from '../../counted.ts';
import { fitTable } from '../output/fit-table.ts';
import { wrapParts } from '../output/wrap-parts.ts';
import type { Erased } from './erased.ts';

/** What became of a place, for machines. `state`: `clean`, `found` (by a dry run), `erased`, or `not reached`. */
export function toJson({ place, kind, found, erased, problem, dropped }: Erased, dryRun: boolean): object {
  const done = found === 0 && dropped === undefined ? 'clean' : dryRun ? 'found' : 'erased';
  const state = problem === undefined ? done : 'not reached';
  return {
    place,
    kind,
    state,
    found,
    erased,
    ...(problem !== undefined && { problem }),
    ...(dropped !== undefined && { dropped }),
  };
}

/** What became of all places, for a person. @param width - characters of a line */
export function linesOf(results: readonly Erased[], dryRun: boolean, width: number): string[] {
  const events = results.filter(({ kind }) => kind !== 'cache');
  const cache = results.find(({ kind }) => kind === 'cache');
  const columns = [
    { title: 'PLACE' },
    { title: 'KIND' },
    { title: 'FOUND', alignRight: true },
    { title: 'ERASED', alignRight: true },
  ];
  const rows = events.map(({ place, kind, found, erased }) => [place, kind, String(found), String(erased)]);
  const drops = dryRun ? 'cannot be read, would be dropped' : 'could not be read, was dropped';
  const problems = results.flatMap(({ place, problem }) =>
    problem === undefined ? [] : [{ title: `not reached: ${place}`, text: problem }],
  );
  const notes = [
    ...results.flatMap(({ place, dropped }) =>
      dropped === undefined ? [] : [{ title: `${drops}: ${place}`, text: dropped }],
    ),
    ...problems,
  ];
  const fit = (text: string): string[] => wrapParts(text.split(' '), Math.min(width, 80), '', ' ');
  return [
    ...(rows.length === 0 ? [] : [...fitTable(columns, rows, { width }), '']),
    ...notes.flatMap(({ title, text }) => [
      ...fit(title),
      ...wrapParts(text.split(' '), Math.min(width, 80), '  ', ' '),
    ]),
    ...(notes.length > 0 ? [''] : []),
    ...(cache === undefined || dryRun
      ? []
      : fit(`${counted(cache.erased, 'store')} that queries had made of files removed.`)),
    ...fit(verdict(events, problems.length, dryRun)),
  ];
}

function verdict(events: readonly Erased[], problems: number, dryRun: boolean): string {
  const sum = (key: 'found' | 'erased'): number => events.reduce((all, one) => all + one[key], 0);
  const [found, erased] = [sum('found'), sum('erased')];
  const places = `${counted(problems, 'place')} could not be reached, or not all of it.`;
  if (dryRun) {
    const would = `${counted(found, 'record')} found; nothing was changed.`;
    return problems === 0 ? would : `${would} ${places}`;
  }
  if (problems > 0) return `${erased} of ${counted(found, 'record')} erased. ${places}`;
  return found === 0 ? 'Nothing of it was found.' : `All ${counted(found, 'record')} erased.`;
}
