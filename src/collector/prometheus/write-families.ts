import { type Escaping, escapedName, escapedText, quotedName } from './escape-name.ts';
import type { Family, Sample } from './families.ts';
import { floatText, pointedFloatText } from './float-text.ts';
import type { Exemplar, HistogramPoint } from './point.ts';

/** How a scrape is written. */
export interface TextFormat {
  /** OpenMetrics 1.0, or the text format 0.0.4 of Prometheus. */
  readonly isOpenMetrics: boolean;
  readonly escaping: Escaping;
}

/** So long is a part of a body, more or less: the process does other things between two of them. */
const PART_LENGTH = 64 * 1024;

/**
 * The body of a scrape, in parts.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 * @see https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
 */
export function* writeFamilies(families: readonly Family[], format: TextFormat): Generator<string> {
  let part = '';
  for (const family of families) {
    const writer = new FamilyWriter(family, format);
    part += writer.head();
    for (const sample of family.samples) {
      part += writer.lines(sample);
      if (part.length < PART_LENGTH) continue;
      yield part;
      part = '';
    }
  }
  yield format.isOpenMetrics ? `${part}# EOF\n` : part;
}

class FamilyWriter {
  readonly #family: Family;
  /** What is written behind it, such as `_sum`, is not escaped. */
  readonly #name: string;
  readonly #format: TextFormat;
  readonly #float: (value: number) => string;
  readonly #count: (value: bigint) => string;

  constructor(family: Family, format: TextFormat) {
    this.#family = family;
    this.#name = escapedName(family.name, format.escaping);
    this.#format = format;
    this.#float = format.isOpenMetrics ? pointedFloatText : floatText;
    this.#count = format.isOpenMetrics ? String : (value) => floatText(Number(value));
  }

  head(): string {
    const { help, type } = this.#family;
    const { isOpenMetrics } = this.#format;
    const isCounter = type === 'counter';
    const isTotal = isCounter && this.#name.endsWith('_total');
    const shown = quotedName(isOpenMetrics && isTotal ? this.#name.slice(0, -'_total'.length) : this.#name);
    const text = isOpenMetrics ? escapedText(help) : help.replace(/[\\\n]/g, (char) => escapedText(char));
    const shownType = isOpenMetrics && isCounter && !isTotal ? 'unknown' : type;
    return `# HELP ${shown} ${text}\n# TYPE ${shown} ${shownType}\n`;
  }

  lines({ labels, point, unixMs }: Sample): string {
    const { escaping } = this.#format;
    const pairs = labels.map(
      ([key, value]) => `${quotedName(escapedName(key, escaping))}="${escapedText(value)}"`,
    );
    const shared = pairs.join(',');
    const time = this.#timeText(unixMs);
    const line = (suffix: string, value: string, own = '', exemplar = ''): string =>
      `${this.#seriesText(suffix, shared === '' || own === '' ? shared + own : `${shared},${own}`)} ${value}${time}${exemplar}\n`;
    const total = (sum: number, count: bigint): string =>
      line('_sum', this.#float(sum)) + line('_count', this.#count(count));
    switch (point.kind) {
      case 'number':
        return line('', this.#float(Number(point.value)), '', this.#exemplarText(point.exemplar));
      case 'summary': {
        const quantiles = point.quantiles.map(([quantile, value]) =>
          line('', this.#float(value), `quantile="${this.#float(quantile)}"`),
        );
        return quantiles.join('') + total(point.sum, point.count);
      }
      case 'histogram': {
        const buckets = bucketsOf(point).map(({ bound, count, exemplar }) =>
          line('_bucket', this.#count(count), `le="${this.#float(bound)}"`, this.#exemplarText(exemplar)),
        );
        return buckets.join('') + total(point.sum, point.count);
      }
      case 'exponentialHistogram':
        return line('_bucket', this.#count(point.count), 'le="+Inf"') + total(point.sum ?? 0, point.count);
    }
  }

  /** `name{a="1",le="+Inf"}`; a name in quotes stands inside the braces. */
  #seriesText(suffix: string, pairs: string): string {
    const name = quotedName(`${this.#name}${suffix}`);
    if (name.startsWith('"')) return pairs === '' ? `{${name}}` : `{${name},${pairs}}`;
    return pairs === '' ? name : `${name}{${pairs}}`;
  }

  #timeText(unixMs: bigint | undefined): string {
    if (unixMs === undefined) return '';
    return ` ${this.#format.isOpenMetrics ? pointedFloatText(Number(unixMs) / 1_000) : unixMs}`;
  }

  /** One that says of no trace says nothing. */
  #exemplarText(exemplar: Exemplar | undefined): string {
    const isShown = this.#format.isOpenMetrics && this.#family.type !== 'gauge';
    if (!isShown || exemplar === undefined || !(exemplar.traceId || exemplar.spanId)) return '';
    const { traceId, spanId, value, unixNano } = exemplar;
    const labels = [
      ...(traceId === '' ? [] : [`trace_id="${traceId}"`]),
      ...(spanId === '' ? [] : [`span_id="${spanId}"`]),
    ];
    const time = pointedFloatText(Number(unixNano) / 1e9);
    return ` # {${labels.join(',')}} ${pointedFloatText(value)} ${time}`;
  }
}

interface Bucket {
  readonly bound: number;
  readonly count: bigint;
  exemplar: Exemplar | undefined;
}

/** Cumulative, each bound once, with one for all that is above. */
function bucketsOf({ bounds, counts, count, exemplars }: HistogramPoint): Bucket[] {
  const first = new Map<number, number>();
  for (const [at, bound] of bounds.entries()) if (!first.has(bound)) first.set(bound, at);
  let sum = 0n;
  const buckets: Bucket[] = [...first]
    .sort(([left], [right]) => left - right)
    .map(([bound, at]) => {
      sum = BigInt.asUintN(64, sum + (counts[at] ?? 0n));
      return { bound, count: sum, exemplar: undefined };
    });
  if (buckets.at(-1)?.bound !== Number.POSITIVE_INFINITY)
    buckets.push({ bound: Number.POSITIVE_INFINITY, count, exemplar: undefined });
  for (const exemplar of exemplars) {
    const bucket = buckets.find(({ bound }) => bound >= exemplar.value) ?? buckets.at(-1);
    if (bucket !== undefined) bucket.exemplar = exemplar;
  }
  return buckets;
}
