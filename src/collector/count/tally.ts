import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';
import { attributeIn } from '../attribute-in.ts';
import type { CompiledCondition } from '../ottl/compile-statements.ts';
import type { Row } from '../ottl/row.ts';
import { OttlMap } from '../ottl/value.ts';
import type { StatementErrors } from '../statement-errors.ts';

/** A metric that counts. */
export interface Counted {
  readonly name: string;
  readonly description: string;
  /** One of them has to hold; without any, all is counted. */
  readonly conditions: readonly CompiledCondition[];
  /** What has one of these in none of its attributes, its scope's and its resource's is not counted, unless there is a fallback. */
  readonly attributes: readonly { readonly key: string; readonly fallback: OtlpObject | undefined }[];
}

/** Times of what is counted. */
const TIMES: Readonly<Record<string, readonly string[]>> = {
  spans: ['startTimeUnixNano', 'endTimeUnixNano'],
  spanevents: ['timeUnixNano'],
  metrics: [],
  datapoints: ['timeUnixNano'],
  logs: ['timeUnixNano'],
};

const DELTA = 1;

/** Counts of one kind of thing in one resource. */
export class Tally {
  readonly #counted: readonly Counted[];
  readonly #kind: string;
  readonly #errors: StatementErrors;
  /** For each metric, by attributes. */
  readonly #counts: readonly Map<string, { readonly attributes: OtlpObject[]; count: number }>[];
  #first = 0n;
  #last = 0n;

  constructor(counted: readonly Counted[], kind: string, errors: StatementErrors) {
    this.#counted = counted;
    this.#kind = kind;
    this.#errors = errors;
    this.#counts = counted.map(() => new Map());
  }

  /** @throws OtelEventsError with `retry` for a condition that fails, as in the OpenTelemetry Collector */
  add(row: Row): void {
    const isInner = this.#kind === 'spanevents' || this.#kind === 'datapoints';
    const { message } = isInner ? row.inner : row.record;
    for (const field of TIMES[this.#kind] ?? []) this.#note(message[field]);
    for (const [index, counted] of this.#counted.entries()) {
      const attributes = attributesOf(counted, [message, row.scope.message, row.resource.message]);
      if (attributes === undefined || !this.#holds(counted, row)) continue;
      const counts = this.#counts[index];
      const key = attributes.length === 0 ? '' : JSON.stringify(attributes);
      const known = counts?.get(key);
      if (known === undefined) counts?.set(key, { attributes, count: 1 });
      else known.count++;
    }
  }

  /** The sums that are not 0; their time is that of what was counted. */
  metrics(): OtlpObject[] {
    const now = `${Date.now()}000000`;
    const [start, end] = this.#first === 0n ? [now, now] : [String(this.#first), String(this.#last)];
    return this.#counted.flatMap(({ name, description }, index) => {
      const counts = [...(this.#counts[index]?.values() ?? [])];
      if (counts.length === 0) return [];
      const dataPoints = counts.map(({ attributes, count }) => ({
        ...(attributes.length > 0 && { attributes }),
        startTimeUnixNano: start,
        timeUnixNano: end,
        asInt: String(count),
      }));
      const sum = { dataPoints, aggregationTemporality: DELTA, isMonotonic: true };
      return [{ name, ...(description !== '' && { description }), sum }];
    });
  }

  #holds({ conditions }: Counted, row: Row): boolean {
    if (conditions.length === 0) return true;
    row.cache = OttlMap.EMPTY;
    return conditions.some(({ at, holds }) => this.#errors.run('propagate', at, () => holds(row)) === true);
  }

  #note(given: unknown): void {
    const time = typeof given === 'string' ? BigInt(given) : 0n;
    if (time === 0n) return;
    if (this.#first === 0n || time < this.#first) this.#first = time;
    if (time > this.#last) this.#last = time;
  }
}

/** @returns undefined if one is missing */
function attributesOf({ attributes }: Counted, places: readonly OtlpObject[]): OtlpObject[] | undefined {
  const found: OtlpObject[] = [];
  for (const { key, fallback } of attributes) {
    const value = attributeIn(key, places) ?? fallback;
    if (value === undefined) return undefined;
    found.push({ key, value });
  }
  return found;
}
