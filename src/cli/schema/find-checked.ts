import { compareVersions } from '../../schema/publish/event-entry.ts';
import type { Checked } from './load-events.ts';

/** The schema of an id, or of an event's name; without a version the newest. */
export function findChecked(checked: readonly Checked[], id: string, version?: string): Checked | undefined {
  return checked
    .filter((each) => each.schemaId === id || each.name === id)
    .filter((each) => version === undefined || each.version === version)
    .sort((a, b) => compareVersions(a.version, b.version))
    .at(-1);
}
