import { OtelEventsError } from '../errors.ts';

/** Runs a step of the start; an error says which component it was. */
export async function namedStep<T>(component: string, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    const message = `${component}: ${(cause as Error).message}`;
    throw new OtelEventsError('COLLECTOR_START_FAILED', message, { cause });
  }
}
