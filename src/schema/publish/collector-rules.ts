import { stringify } from 'yaml';
import { escapeRegExp } from '../../escape-reg-exp.ts';
import { followerOf } from '../document/follower-of.ts';
import { categoriesOfWhole, type Property, propertiesOf, type Step } from '../document/properties-of.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';
import { type EventEntry, inOrder } from './event-entry.ts';

/** What the rules let through, and how. */
export interface CollectorRulesOptions {
  /** A property stays if all its categories are here; `unrestricted` always is. */
  readonly allowedCategories?: readonly string[];
  /** Drops events of other names. Records without an event name are not events and stay. */
  readonly onlyKnown?: boolean;
  /** Text becomes its SHA-256 instead of going away. Default `delete`. */
  readonly action?: 'delete' | 'hash';
  /** The attribute under which a key of an event's data travels. */
  readonly attributeOf: (key: string) => string;
  /** Attributes that are not the event's data. */
  readonly ownAttributes: readonly string[];
  /** Those of them that may be data all the same, and the attribute that lists which are on a record. */
  readonly keptNames?: { readonly names: readonly string[]; readonly list: string };
  /** The attribute that holds the keys beyond the attribute limit, as a map. */
  readonly overflow: string;
  /** Schemas that are no events, and that events may refer to. */
  readonly others?: readonly JsonSchema[];
}

/** Where events stand in the data of a collector, and how their names are told there. */
const CONTEXTS = [
  { signal: 'log_statements', name: 'log.event_name', attributes: 'log.attributes', hasMaps: true },
  // A `track()` event is a span too, and an event inside a span is copied to it, maps as text.
  { signal: 'trace_statements', name: 'span.name', attributes: 'span.attributes', hasMaps: false },
  { signal: 'trace_statements', name: 'spanevent.name', attributes: 'spanevent.attributes', hasMaps: false },
] as const;

type Context = (typeof CONTEXTS)[number];

/**
 * Processors for the OpenTelemetry Collector (contrib) that let pass of known events only what is allowed, as YAML:
 * `filter/otel_events` for the names, if asked for, and `transform/otel_events` for personal data. Whatever a rule
 * cannot reach exactly, such as a property of the elements of a list, goes with the attribute that holds it.
 * Of several versions of an event each property must be allowed by all.
 */
export function collectorRules(entries: readonly EventEntry[], options: CollectorRulesOptions): string {
  const plans = plansOf(entries, options);
  const rules = (signal: Context['signal']): object[] =>
    CONTEXTS.filter((context) => context.signal === signal).flatMap((context) =>
      plans.flatMap((plan) => {
        const statements = [...new Set(statementsFor(context, plan, options))];
        return statements.length === 0
          ? []
          : [
              {
                conditions: [escaped(`${context.name} == ${text(plan.name)}`)],
                statements: statements.map(escaped),
              },
            ];
      }),
    );
  const [logs, traces] = [rules('log_statements'), rules('trace_statements')];
  const names = plans.map(({ name }) => name);
  const processors = {
    ...(options.onlyKnown === true ? { 'filter/otel_events': filterFor(names) } : {}),
    // A statement that fails stops the batch: what was not redacted must not pass.
    ...(logs.length === 0
      ? {}
      : {
          'transform/otel_events': {
            error_mode: 'propagate',
            log_statements: logs,
            trace_statements: traces,
          },
        }),
  };
  const ids = Object.keys(processors);
  const use =
    ids.length === 0 ? '# No rules: nothing is personal.' : `# Use: processors: [${ids.join(', ')}]`;
  const own = 'in service.pipelines, of logs and of traces, before anything that keeps or sends.';
  const head = ids.length === 0 ? use : `${use}\n# ${own}`;
  return `${head}\n${stringify({ processors }, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

function filterFor(names: readonly string[]): object {
  const condition = (field: string): string =>
    escaped([`${field} != ""`, ...names.map((name) => `${field} != ${text(name)}`)].join(' and '));
  // Names of spans and of their events are others' too: only log records are chosen by name.
  return { error_mode: 'propagate', logs: { log_record: [condition('log.event_name')] } };
}

/** What becomes of the events of one name. */
interface Plan {
  readonly name: string;
  /** What must go, as steps from the data: never one inside another. */
  readonly removed: readonly (readonly Step[])[];
  /** The keys that may stay; undefined if nothing is personal, or all others are allowed. */
  readonly kept: readonly string[] | undefined;
  /** Patterns of other keys that may stay. */
  readonly keptPatterns: readonly string[];
}

function plansOf(entries: readonly EventEntry[], options: CollectorRulesOptions): Plan[] {
  const { others = [] } = options;
  const follow = followerOf([...entries.map(({ json }) => json), ...others]);
  const byName = Map.groupBy(inOrder(entries), ({ name }) => name);
  return [...byName].map(([name, versions]) => {
    const properties = versions.flatMap(({ json }) => propertiesOf(json, follow));
    const isPersonal = versions.some(({ json }) => categoriesOfWhole(json, follow).length > 0);
    return toPlan(name, properties, isPersonal, options);
  });
}

function toPlan(
  name: string,
  properties: readonly Property[],
  isPersonal: boolean,
  { allowedCategories = [] }: CollectorRulesOptions,
): Plan {
  const allowed = new Set(['unrestricted', ...allowedCategories]);
  const isAllowed = ({ categories }: Property): boolean => categories.every((each) => allowed.has(each));
  const isSafe = properties.every(isAllowed);
  // A recursive property may hold at any depth what is not allowed.
  const refused = properties
    .filter((property) => !isAllowed(property) || (property.isRecursive && !isSafe))
    .map(({ steps }) => steps);
  const removed = refused.filter(
    (steps, index) =>
      !refused.some((other, at) => isInside(steps, other) && (other.length < steps.length || at < index)),
  );
  const hasCategories = isPersonal || properties.some(({ categories }) => categories.length > 0);
  const isTold = removed.every(
    ([first]) => first?.kind === 'property' || (first?.kind === 'pattern' && isKnown(first.pattern)),
  );
  const isOpen =
    isTold && properties.some((property) => property.steps[0]?.kind === 'other' && isAllowed(property));
  const keptPatterns = properties.flatMap((property) => {
    const [first, ...deeper] = property.steps;
    const isKept = first?.kind === 'pattern' && deeper.length === 0 && isAllowed(property);
    return isKept && isKnown(first.pattern) ? [first.pattern] : [];
  });
  return { name, removed, keptPatterns, kept: hasCategories && !isOpen ? topLevelOf(properties) : undefined };
}

function topLevelOf(properties: readonly Property[]): string[] {
  const keys = properties.flatMap(({ steps: [first] }) => (first?.kind === 'property' ? [first.key] : []));
  return [...new Set(keys)];
}

/** Whether what `steps` lead to is what `outer` leads to, or a part of it. */
function isInside(steps: readonly Step[], outer: readonly Step[]): boolean {
  return outer.every((step, index) => JSON.stringify(step) === JSON.stringify(steps[index]));
}

function statementsFor(
  { attributes, hasMaps }: Context,
  { removed, kept, keptPatterns }: Plan,
  options: CollectorRulesOptions,
): string[] {
  const { attributeOf, ownAttributes, overflow } = options;
  const targets = hasMaps ? removed : unique(removed.map(([first]) => (first === undefined ? [] : [first])));
  const direct: Place = { map: attributes, guards: [], attributeOf };
  const spilled: Place = {
    map: `${attributes}[${text(overflow)}]`,
    guards: [`IsMap(${attributes}[${text(overflow)}])`],
    attributeOf: (key) => key,
  };
  const places = [direct, ...(hasMaps ? [spilled] : [])].flatMap((place) => {
    const own = place === direct ? ownAttributes : [];
    const names = kept === undefined ? [] : [...own, ...kept.map(place.attributeOf)];
    return [
      ...targets.flatMap((steps) => removal(place, steps, options)),
      ...(kept === undefined
        ? []
        : [guarded(`keep_matching_keys(${place.map}, ${anyOf(names, keptPatterns)})`, place.guards)]),
    ];
  });
  return [...keptRemovals(attributes, { removed, kept }, options), ...places];
}

/** Data under a name of the conventions: gone where the record says that it is data, and the schema does not let it pass. */
function keptRemovals(
  attributes: string,
  { removed, kept }: Pick<Plan, 'removed' | 'kept'>,
  { keptNames }: CollectorRulesOptions,
): string[] {
  if (keptNames === undefined) return [];
  const list = `${attributes}[${text(keptNames.list)}]`;
  const isRefused = (name: string): boolean =>
    removed.some(([first]) => first?.kind === 'property' && first.key === name) ||
    (kept !== undefined && !kept.includes(name));
  return keptNames.names
    .filter(isRefused)
    .map((name) =>
      guarded(`delete_key(${attributes}, ${text(name)})`, [
        `IsList(${list})`,
        `ContainsValue(${list}, ${text(name)})`,
      ]),
    );
}

/** A map, and the conditions under which it is one. */
interface Place {
  readonly map: string;
  readonly guards: readonly string[];
  readonly attributeOf: (key: string) => string;
}

/** Follows the steps as far as there are names, and removes what stands there. */
function removal(
  place: Place,
  steps: readonly Step[],
  options: CollectorRulesOptions,
  isTop = true,
): string[] {
  const [step, next] = steps;
  if (step?.kind === 'pattern') return matching(place, step.pattern, isTop);
  // By which names others go, only the list of those that stay tells.
  if (step?.kind !== 'property') return [];
  const key = place.attributeOf(step.key);
  const value = `${place.map}[${text(key)}]`;
  if (next?.kind === 'property') {
    const inner = {
      map: value,
      guards: [...place.guards, `IsMap(${value})`],
      attributeOf: (name: string) => name,
    };
    const wrongKind = guarded(`delete_key(${place.map}, ${text(key)})`, [
      ...place.guards,
      `not IsMap(${value})`,
    ]);
    return [wrongKind, ...removal(inner, steps.slice(1), options, false)];
  }
  const deletion = `delete_key(${place.map}, ${text(key)})`;
  if (options.action !== 'hash' || next !== undefined) return [guarded(deletion, place.guards)];
  return [
    guarded(`set(${value}, SHA256(${value}))`, [...place.guards, `IsString(${value})`]),
    guarded(deletion, [...place.guards, `not IsString(${value})`]),
  ];
}

/** At the top the names of the data stand among others: there only the list of those that stay tells. */
function matching({ map, guards }: Place, pattern: string, isTop: boolean): string[] {
  if (isTop && !isKnown(pattern)) return [];
  return [guarded(`delete_matching_keys(${map}, ${text(isKnown(pattern) ? pattern : '.*')})`, guards)];
}

function guarded(statement: string, guards: readonly string[]): string {
  return guards.length === 0 ? statement : `${statement} where ${guards.join(' and ')}`;
}

/** The collector's patterns know no look-around and no back-references. */
function isKnown(pattern: string): boolean {
  return !/\(\?[=!<]|\\[1-9k]/.test(pattern);
}

function anyOf(names: readonly string[], patterns: readonly string[]): string {
  return text([`^(?:${names.map(escapeRegExp).join('|')})$`, ...patterns].join('|'));
}

/** A string of the collector's transformation language. */
function text(value: string): string {
  return JSON.stringify(value);
}

/** In a configuration of the collector a dollar sign begins a variable. */
function escaped(statement: string): string {
  return statement.replaceAll('$', '$$$$');
}

function unique(paths: readonly (readonly Step[])[]): (readonly Step[])[] {
  return [...new Map(paths.map((steps) => [JSON.stringify(steps), steps])).values()];
}
