import type { ContextName } from './contexts.ts';
import { converter, type OttlFunction } from './function.ts';
import { CONVERSIONS } from './functions/conversions.ts';
import { HASH_CONVERTERS } from './functions/hash-converters.ts';
import { LIST_CONVERTERS } from './functions/list-converters.ts';
import { MAP_EDITORS } from './functions/map-editors.ts';
import { PARSE_CONVERTERS } from './functions/parse-converters.ts';
import { REPLACE_EDITORS } from './functions/replace-editors.ts';
import { TEXT_CONVERTERS } from './functions/text-converters.ts';
import { TIME_CONVERTERS } from './functions/time-converters.ts';
import { VALUE_EDITORS } from './functions/value-editors.ts';

type Functions = ReadonlyMap<string, OttlFunction>;

const isRootSpan = converter('IsRootSpan', {}, () => (row) => row.record.get('parentSpanId') === undefined);

const CONVERTERS = byName([
  ...CONVERSIONS,
  ...TEXT_CONVERTERS,
  ...HASH_CONVERTERS,
  ...TIME_CONVERTERS,
  ...PARSE_CONVERTERS,
  ...LIST_CONVERTERS,
]);
const EDITORS = byName([...VALUE_EDITORS, ...MAP_EDITORS, ...REPLACE_EDITORS]);
const ALL: Functions = new Map([...EDITORS, ...CONVERTERS]);
const OF_SPANS: Functions = byName([isRootSpan]);

/** The functions of statements for a context. */
export function statementFunctions(context: ContextName): Functions {
  return context === 'span' ? new Map([...ALL, ...OF_SPANS]) : ALL;
}

/** The functions of conditions alone: they change nothing. */
export function conditionFunctions(context: ContextName): Functions {
  return context === 'span' ? new Map([...CONVERTERS, ...OF_SPANS]) : CONVERTERS;
}

function byName(functions: readonly OttlFunction[]): Functions {
  return new Map(functions.map((one) => [one.name, one]));
}
