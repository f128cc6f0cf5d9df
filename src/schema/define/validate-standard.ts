import { OtelEventsError } from '../../errors.ts';
import { isThenable } from '../../is-thenable.ts';
import type { Issue, Validated } from '../../issue.ts';
import { kindOf } from '../../kind-of.ts';
import type { StandardResult, StandardSchema } from './standard-schema.ts';

/**
 * Has a library check data.
 * @throws OtelEventsError `SCHEMA_ASYNC` if its schema answers later
 */
export function validateStandard(name: string, schema: StandardSchema, data: unknown): Validated {
  const result = schema['~standard'].validate(data) as StandardResult<unknown> | Promise<unknown>;
  if (isThenable(result)) {
    Promise.resolve(result).catch(() => {});
    const fix = 'use checks that are synchronous: an event is checked in the call that logs it';
    throw new OtelEventsError('SCHEMA_ASYNC', `the schema of ${name} is asynchronous`, { fix });
  }
  if (result.issues !== undefined) return { issues: result.issues.map((issue) => toIssue(issue, data)) };
  const { value } = result;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { value: value as Readonly<Record<string, unknown>> };
  }
  return { issues: [{ path: '', expected: 'an object', got: kindOf(value) }] };
}

/** What Zod, Valibot and ArkType say beyond the standard. */
interface Detail {
  readonly expected?: unknown;
  readonly code?: unknown;
  readonly type?: unknown;
  readonly format?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly origin?: unknown;
}

/** What the codes of Zod that say nothing of what was wanted mean. */
const WANTED: ReadonlyMap<unknown, string> = new Map([
  ['unrecognized_keys', 'no properties but those of the schema'],
  ['invalid_union', 'one of several forms'],
  ['invalid_value', 'one of certain values'],
  ['invalid_key', 'other names of properties'],
  ['invalid_element', 'other items'],
  ['not_multiple_of', 'a multiple of a certain number'],
  ['custom', 'what its schema asks for'],
]);

function expectedBy({ expected, code, type, format, minimum, maximum, origin }: Detail): string {
  if (code === 'too_small') return sizeOf('at least', minimum, origin);
  if (code === 'too_big') return sizeOf('at most', maximum, origin);
  const told = [expected, format, WANTED.get(code), code, type].find((text) => typeof text === 'string');
  return typeof told === 'string' ? told : 'what its schema asks for';
}

/** The bound is the schema's, not the event's. */
function sizeOf(which: string, bound: unknown, origin: unknown): string {
  const what = UNITS.get(origin) ?? '';
  return typeof bound === 'number' || typeof bound === 'bigint' ? `${which} ${bound}${what}` : `another size`;
}

const UNITS: ReadonlyMap<unknown, string> = new Map([
  ['string', ' characters'],
  ['array', ' items'],
  ['set', ' items'],
]);

type StandardIssue = NonNullable<StandardResult<unknown>['issues']>[number];

/** The message of a library is not used: it may quote the value. */
function toIssue(issue: StandardIssue, data: unknown): Issue {
  const keys = (issue.path ?? []).map((step) => (typeof step === 'object' ? step.key : step));
  return {
    path: keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    expected: expectedBy(issue as Detail),
    got: kindOf(valueAt(data, keys)),
  };
}

function valueAt(data: unknown, keys: readonly PropertyKey[]): unknown {
  try {
    let value = data;
    for (const key of keys) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
    return value;
  } catch {
    return undefined;
  }
}
