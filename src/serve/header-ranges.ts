/** One of the things that a header such as `Accept` names. */
export interface HeaderRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/** More is not read of a header. */
const MAX_RANGES = 50;

/** The best first; equals in their order. */
export function headerRanges(header: string): HeaderRange[] {
  const ranges = header.split(',', MAX_RANGES).map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const pairs = parameters.map((pair) => {
      const [name = '', value = ''] = pair.split('=', 2);
      return [name.trim(), value.trim()] as const;
    });
    const named = new Map(pairs);
    const quality = Number(named.get('q') ?? 1);
    return { type, parameters: named, quality: Number.isNaN(quality) ? 1 : quality };
  });
  return ranges.sort((left, right) => right.quality - left.quality);
}
