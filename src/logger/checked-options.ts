import types from 'node:util/types';
import { OtelEventsError } from '../errors.ts';
import { isList, kindOf } from '../kind-of.ts';
import { nearestName } from '../nearest-name.ts';
import { type Check, isMap } from '../options.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { LogOptions, TrackOptions } from './options.ts';

/** What an option of an event may be, and what becomes of one that is something else. */
interface EventCheck extends Check {
  readonly instead: string;
}

/** What is shown of the name of an option that there is not. */
const MAX_SHOWN = 100;

const NO_OPTIONS: LogOptions = Object.freeze({});

const IGNORED = 'it is ignored';

/** Numbers and the like have one text, which is taken; that of an object is seldom what was meant. */
const text: EventCheck = {
  wanted: 'a string',
  accepts: (value) => typeof value === 'string' || isSimple(value),
  instead: 'what String() makes of it is taken',
};

/** Said where it is read, with what is used instead. */
const saidThere: EventCheck = { wanted: '', accepts: () => true, instead: '' };

/** By name; a `Map`, since names come from callers. */
const CHECKS: ReadonlyMap<string, EventCheck> = new Map(
  Object.entries({
    category: text,
    tags: {
      wanted: 'an array of strings',
      accepts: (value) => typeof value === 'string' || isList(value),
      instead: IGNORED,
    },
    session: { wanted: 'an object', accepts: isSession, instead: IGNORED },
    userId: text,
    projectId: text,
    timestamp: saidThere,
    severity: saidThere,
    message: text,
    outputPath: saidThere,
    exporters: saidThere,
    traceparent: saidThere,
    kind: { wanted: 'a number from 0 to 4 (SpanKind)', accepts: isSpanKind, instead: IGNORED },
    links: { wanted: 'an array of links', accepts: isList, instead: IGNORED },
  } satisfies Record<keyof TrackOptions, EventCheck>),
);

/** The names of all options of an event or a scope. */
export const EVENT_OPTIONS: readonly string[] = [...CHECKS.keys()];

/**
 * The options of an event, as they were given. What is unknown or of a wrong type is said once for each name; no
 * value is shown. `undefined` and `null` are none.
 */
export function checkedOptions(options: unknown, diagnostics: Diagnostics): LogOptions {
  if (!isMap(options)) {
    warn(diagnostics, 'options', 'options of an event: wanted an object', options, 'the argument is ignored');
    return NO_OPTIONS;
  }
  for (const key of Object.keys(options)) {
    const check = CHECKS.get(key);
    if (check === undefined) {
      diagnostics.once(`option ${key}`, () => unknownOption(key));
      continue;
    }
    const value = options[key];
    if (value === undefined || value === null || check.accepts(value)) continue;
    warn(
      diagnostics,
      `${key} type`,
      `option ${key} of an event: wanted ${check.wanted}`,
      value,
      check.instead,
    );
  }
  return options;
}

/** Says once that an option is of a wrong type, by its kind. */
export function warn(
  diagnostics: Diagnostics,
  kind: string,
  wanted: string,
  value: unknown,
  instead: string,
): void {
  diagnostics.once(kind, () => {
    const message = `${wanted}, got ${kindOf(value)}; ${instead}; this is said once`;
    return new OtelEventsError('EVENT_INVALID', message);
  });
}

/** Whether a value can be a session: a map of fields that can be spread. */
export function isSession(value: unknown): value is Readonly<Record<string, unknown>> {
  return isMap(value) && !types.isDate(value) && !types.isMap(value) && !types.isSet(value);
}

/** Whether a value is a `SpanKind` of OpenTelemetry. */
export function isSpanKind(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 4;
}

/** Whether a value has one text that stands for it. */
export function isSimple(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}

function unknownOption(key: string): OtelEventsError {
  const nearest = nearestName(key, EVENT_OPTIONS);
  const hint = nearest === undefined ? `known are ${EVENT_OPTIONS.join(', ')}` : `did you mean ${nearest}?`;
  const message = `there is no event option ${key.slice(0, MAX_SHOWN)}, it is ignored (${hint})`;
  return new OtelEventsError('EVENT_INVALID', `${message}; this is said once`);
}
