import { integer, type Shape, text } from './shape.ts';

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ...['k', 'm', 'g', 't'].flatMap((letter, index): [string, number][] => [
    [letter, 1000 ** (index + 1)],
    [`${letter}b`, 1000 ** (index + 1)],
    [`${letter}i`, 1024 ** (index + 1)],
    [`${letter}ib`, 1024 ** (index + 1)],
  ]),
]);

/** Bytes: a whole number, or a text such as `16KiB` or `1MB`. */
export function byteSize(min: number): Shape<number> {
  const number = integer(min);
  const withUnit = text(
    `a size such as 1048576, 1MiB or 16kb, ${min} byte${min === 1 ? '' : 's'} or more`,
    (given) => {
      const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(given) ?? [];
      const bytes = Math.floor(Number(digits) * (UNITS.get(unit.toLowerCase()) ?? Number.NaN));
      return bytes >= min && Number.isSafeInteger(bytes) ? bytes : undefined;
    },
  );
  return {
    read: (node, path, problems) =>
      node.kind === 'scalar' && typeof node.value === 'number'
        ? number.read(node, path, problems)
        : withUnit.read(node, path, problems),
  };
}
