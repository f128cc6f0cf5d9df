import { toAnyValue } from '../convert-value.ts';
import { StatementFailure } from '../failure.ts';
import { editor, type OttlFunction } from '../function.ts';
import { int, listPath, optional, path, several, value } from '../parameter.ts';
import { OttlList, type Value } from '../value.ts';

const set = editor('set', { target: path, value }, ({ target, value: valueIn }) => (row) => {
  const given = valueIn(row);
  // No field can hold nil: to set it changes nothing.
  if (given !== undefined) target.set(row, given);
});

const append = editor(
  'append',
  { target: path, value: optional(value), values: optional(several(value)) },
  ({ target, value: one, values = [] }) => {
    const added = one === undefined ? values : [one, ...values];
    if (added.length === 0) throw new StatementFailure('value or values is missing');
    return (row) => {
      const items = [...itemsOf(target.get(row)), ...added.map((getter) => toAnyValue(getter(row)))];
      target.set(row, new OttlList(items));
    };
  },
);

/** A value that is no list is one with one item. */
function itemsOf(given: Value): OttlList['items'] {
  if (given === undefined) return [];
  return given instanceof OttlList ? given.items : [toAnyValue(given)];
}

const deleteIndex = editor(
  'delete_index',
  { target: listPath, start_index: int, end_index: optional(int) },
  ({ target, start_index: startOf, end_index: endOf }) =>
    (row) => {
      const { items } = target.get(row);
      const start = startOf(row);
      const end = endOf?.(row) ?? start + 1n;
      const isWhole = start === 0n && end === BigInt(items.length);
      const isInside = start >= 0n && start < items.length && end >= start && end <= items.length;
      if (!isWhole && !isInside) throw new StatementFailure('an index beyond the list');
      if (start !== end) target.set(row, new OttlList(items.toSpliced(Number(start), Number(end - start))));
    },
);

/** Editors of a single value. */
export const VALUE_EDITORS: readonly OttlFunction[] = [set, append, deleteIndex];
