import { parseQuery } from '../../viewer/query/parse-query.ts';
import { readDuration } from '../../viewer/query/read-time.ts';
import { writeTerm } from '../../viewer/query/write-term.ts';
import { FUNNEL_STEPS } from '../../viewer/store/event-store.ts';
import { usageError } from '../command.ts';
import type { SourceFunnel } from './event-source.ts';
import type { AskedGroups } from './print-groups.ts';
import { readStats } from './read-stats.ts';

/** What `--by`, `--over` and `--stats` ask for. @throws OtelEventsError `OPTION_INVALID` */
export function readGroups(values: {
  readonly by?: string | undefined;
  readonly over?: string | undefined;
  readonly stats?: readonly string[] | undefined;
}): AskedGroups | undefined {
  const { by, over, stats = [] } = values;
  if (by === undefined && over === undefined && stats.length === 0) return undefined;
  if (by !== undefined) checkField('--by', by, 'ask once for each');
  return {
    by,
    overMs: over === undefined ? undefined : readTime('--over', over),
    stats: readStats(stats),
  };
}

const DEFAULT_WITHIN = '30m';

/** What `--funnel`, `--within`, `--per` and `--split` ask for. @throws OtelEventsError `OPTION_INVALID`, `QUERY_INVALID` */
export function readFunnel(values: {
  readonly funnel?: readonly string[] | undefined;
  readonly within?: string | undefined;
  readonly per?: string | undefined;
  readonly split?: string | undefined;
}): SourceFunnel | undefined {
  const { funnel, within, per, split } = values;
  if (funnel === undefined) {
    if ([within, per, split].some((given) => given !== undefined))
      throw usageError('--within, --per and --split: of which --funnel?');
    return undefined;
  }
  if (split !== undefined) checkField('--split', split, 'ask once for each');
  if (per !== undefined) checkField('--per', per, 'it is whose way it is');
  const [only = '', ...others] = funnel;
  const steps = others.length > 0 ? funnel : only.split(',').map(nameStep);
  for (const step of steps) checkStep(step);
  const { least, most } = FUNNEL_STEPS;
  if (steps.length < least || steps.length > most) {
    const message = `--funnel: ${least} to ${most} steps wanted, got ${steps.length}`;
    throw usageError(message, 'as in --funnel cart.item_added,checkout.started,order.paid');
  }
  return { steps, by: per ?? 'user', withinMs: readTime('--within', within ?? DEFAULT_WITHIN), split };
}

/** One at a time: `a,b` would be taken for the name of one, which no row has. */
function checkField(option: string, field: string, fix: string): void {
  if (field === '') throw usageError(`${option}: a field wanted`);
  const count = field.split(',').length;
  if (count > 1) throw usageError(`${option}: one field wanted, got ${count}`, fix);
}

/** `a` is an event of that name, `a.*` of several. */
function nameStep(text: string): string {
  const name = text.trim();
  if (name === '')
    throw usageError('--funnel: names with commas between them wanted, one of them is missing');
  if (name.includes(':')) return name;
  return name.includes('*') ? `name:${name}` : writeTerm({ of: 'row', name: 'name' }, name);
}

function checkStep(step: string): void {
  const { where, range } = parseQuery(step, Date.now());
  if (where === undefined) throw usageError('--funnel: a step is empty');
  if (range.fromMs === undefined && range.toMs === undefined) return;
  throw usageError('--funnel: a range of time belongs into the query, not into a step');
}

function readTime(option: string, text: string): number {
  const ms = readDuration(text);
  if (ms !== undefined && ms >= 1) return ms;
  throw usageError(`${option}: a time as in 15m, 1h or 1d wanted, not ${JSON.stringify(text)}`);
}
