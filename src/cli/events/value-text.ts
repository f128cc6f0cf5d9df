import type { FacetValue } from '../../viewer/store/event-store.ts';

/** A value by which rows are grouped; undefined are those that have none. */
export function valueText(value: FacetValue | undefined): string {
  return value === undefined ? '(none)' : String(value);
}
