import type { Event } from '../../event.ts';
import type { Promoted } from './promoted-of.ts';

/** An event, and what copying it within the limits has changed. */
export interface EncodableEvent extends Event {
  /** Set on a copy: everything in it is within the limits. */
  readonly isCopy?: true;
  /** Whether there was a session: its copy may be empty. */
  readonly hasSession?: boolean;
  readonly hasContext?: boolean;
  /** Of the context before it was copied: a date is no text. */
  readonly promoted?: readonly Promoted[] | undefined;
  /** The data beyond the attribute limit. */
  readonly overflow?: object | undefined;
  /** Longer texts and bytes are cut without being counted: it was asked for. */
  readonly maxValueLength?: number | undefined;
}

/** Whether there is anything in it to be written. */
export function hasKeys(value: object): boolean {
  for (const key in value) if (Object.hasOwn(value, key)) return true;
  return false;
}
