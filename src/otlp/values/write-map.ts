import { EVENT } from './event-attributes.ts';
import type { ValueCopier } from './value-copier.ts';
import type { ValueWriter } from './value-writer.ts';

/** Writes a map of attributes under its own names; each entry is a field with the given tag. */
export function writeMap(writer: ValueWriter, tag: number, map: object | null | undefined): void {
  if (typeof map !== 'object' || map === null) return;
  writer.enter(map);
  writer.entries(tag, map);
  writer.leave();
}

/**
 * A copy of a map of attributes within the limits; what was cut is counted in it.
 * @param map - what should be a map; all else than an object is none
 * @param before - how many values had been cut before those that count here
 */
export function copyMap(copier: ValueCopier, map: unknown, before: number = copier.truncated): object {
  if (typeof map !== 'object' || map === null) return {};
  const copied = copier.copy(map);
  // One that cannot be read at all becomes text.
  const record = typeof copied === 'object' && copied !== null ? copied : { value: copied };
  const cut = copier.truncated - before;
  return cut === 0 ? record : Object.assign(record, { [EVENT.truncated]: cut });
}
