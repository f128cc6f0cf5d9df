import { OtelEventsError } from '../errors.ts';
import { isThenable } from '../is-thenable.ts';
import type { Issue, Validated } from './issue.ts';
import { kindOf } from './kind-of.ts';
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
}

type StandardIssue = NonNullable<StandardResult<unknown>['issues']>[number];

/** The message of a library is not used: it may quote the value. */
function toIssue(issue: StandardIssue, data: unknown): Issue {
  const keys = (issue.path ?? []).map((step) => (typeof step === 'object' ? step.key : step));
  const { expected, code, type, format } = issue as Detail;
  const told = [expected, format, code, type].find((text) => typeof text === 'string');
  return {
    path: keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    expected: typeof told === 'string' ? told : 'what its schema asks for',
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
