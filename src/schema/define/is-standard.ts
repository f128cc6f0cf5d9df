import type { StandardSchema } from './standard-schema.ts';

/** Whether a schema is one of a library; ArkType's are functions. */
export function isStandard(schema: unknown): schema is StandardSchema {
  const canBe = (typeof schema === 'object' && schema !== null) || typeof schema === 'function';
  return canBe && '~standard' in schema;
}
