import { completing } from '../query/completing.ts';
import { ROW_FIELDS } from '../query/query.ts';
import { RANGE_NAMES } from '../query/read-range.ts';
import { writeName, writeValue } from '../query/write-term.ts';
import type { Questions } from './question-gate.ts';

/** What can come at a place of a query. */
export interface Proposals {
  /** What a proposal replaces: offsets into the query, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
  readonly proposals: readonly Proposal[];
}

interface Proposal {
  readonly text: string;
  readonly note: string | null;
}

const EVERYTHING = { where: undefined, range: {} };
const MAX_PROPOSALS = 10;
const MAX_VALUES = 1000;

/** Somebody is writing: what takes longer is of no use, in milliseconds. */
const WITHIN_MS = 300;

/** Proposes names of fields and their values, as rows have them, those that occur most first. */
export async function proposals(store: Questions, text: string, at: number): Promise<Proposals> {
  const place = completing(text, Math.min(at, text.length));
  if (place === undefined) return { from: at, to: at, proposals: [] };
  const { what, fields, prefix, from, to } = place;
  const sought = prefix.toLowerCase();
  const all = what === 'name' ? await names(store) : await values(store, fields);
  const fitting = all.filter(({ known }) => known.toLowerCase().startsWith(sought));
  return { from, to, proposals: fitting.slice(0, MAX_PROPOSALS).map(({ text, note }) => ({ text, note })) };
}

interface Known extends Proposal {
  /** As one begins to write it. */
  readonly known: string;
}

async function names(store: Questions): Promise<Known[]> {
  const { value: seen } = await store.fields(EVERYTHING, { withinMs: WITHIN_MS });
  const found = seen.map(({ field, rows }) => ({ text: `${writeName(field)}:`, note: rowsText(rows) }));
  const own = ROW_FIELDS.map((name) => ({ text: `${name}:`, note: null }));
  const ranges = [...RANGE_NAMES].map(([name, example]) => ({ text: `${name}:`, note: `time: ${example}` }));
  const unique = new Map([...found, ...own, ...ranges].toReversed().map((one) => [one.text, one]));
  return [...unique.values()].toReversed().map((one) => ({ ...one, known: one.text.replace(/^"/, '') }));
}

async function values(
  store: Questions,
  fields: readonly Parameters<typeof writeName>[0][],
): Promise<Known[]> {
  if (fields.length === 0) return [];
  const options = { fields, top: MAX_VALUES, withinMs: WITHIN_MS };
  const { value: facets } = await store.facets(EVERYTHING, options);
  return facets
    .flatMap((facet) => facet.values)
    .sort((one, other) => other.count - one.count)
    .map(({ value, count }) => ({ known: String(value), text: writeValue(value), note: rowsText(count) }));
}

function rowsText(count: number): string {
  return count === 1 ? '1 row' : `${count.toLocaleString('en')} rows`;
}
