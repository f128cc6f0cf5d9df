import type { DefinedEvent } from '../schema/define/defined-event.ts';
import type { LogOptions } from './options.ts';

/** The data of an event: those of a defined event are known. */
export type DataOf<E> =
  E extends DefinedEvent<infer Input> ? (Input extends object ? Input : object) : object;

/** Some of them: a scope collects the rest. */
export type SomeDataOf<E> = E extends DefinedEvent ? Partial<DataOf<E>> : object;

/** What `log` takes behind a name, or behind a defined event, whose data cannot be left out. */
export type LogArguments<E> =
  E extends DefinedEvent<infer Input>
    ? [data: Input, options?: LogOptions]
    : [data?: object, options?: LogOptions];
