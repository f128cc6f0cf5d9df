import { performance } from '../../time.ts';
import { labelName } from './label-name.ts';
import type { Label, Labels } from './labels-of.ts';
import { metricName, type NamingOptions } from './metric-name.ts';
import type { Point } from './point.ts';
import type { MetricFacts, Series, SeriesStore } from './series-store.ts';

export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'summary';

/** The series of one name. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: FamilyType;
  readonly samples: Sample[];
}

export interface Sample {
  /** In the order of their names. */
  readonly labels: readonly Label[];
  readonly point: Point;
  /** When it was measured, if scrapers are to know that. */
  readonly unixMs: bigint | undefined;
}

export interface FamiliesOptions extends NamingOptions {
  /** Whether samples say when they were measured. */
  readonly sendTimestamps: boolean;
  /** For so long after it was shown last, a name keeps its type and its help. */
  readonly expirationMs: number;
  /** Is told of each metric that cannot be shown, at every scrape. */
  readonly onProblem: (metric: string, problem: string) => void;
  readonly now?: (() => number) | undefined;
}

/** What was said of a name first. */
interface Remembered {
  readonly type: FamilyType;
  readonly help: string;
  seenMs: number;
}

const TARGET_HELP = 'Target metadata';
const TARGET_POINT: Point = {
  kind: 'number',
  startUnixNano: 0n,
  unixNano: 0n,
  value: 1,
  exemplar: undefined,
};

/** Exponential histograms of a smaller scale have no counterpart. */
const MIN_SCALE = -4;

/** Puts series together under the names that Prometheus knows, and leaves out what it would not take. */
export class Families {
  readonly #options: FamiliesOptions;
  readonly #now: () => number;
  readonly #targetInfo: string;
  readonly #remembered = new Map<string, Remembered>();

  constructor(options: FamiliesOptions) {
    const { namespace, now = () => performance.now() } = options;
    const prefix = namespace === '' ? undefined : labelName(namespace);
    this.#options = options;
    this.#now = now;
    this.#targetInfo = prefix === undefined ? 'target_info' : `${prefix}_target_info`;
  }

  /** In the order of their names, with their samples in the order of the labels' values. */
  gather(store: SeriesStore): readonly Family[] {
    const { onProblem } = this.#options;
    const gathered = new Map<string, Family>();
    const tell = (metric: string, problem: string | undefined): void => {
      if (problem !== undefined) onProblem(metric, problem);
    };
    const series = store.live();
    for (const labels of store.liveTargets()) tell(this.#targetInfo, this.#addTarget(gathered, labels));
    const names = new Map<string, string | undefined>();
    for (const one of series) tell(one.metric.name, this.#addSeries(gathered, names, one));
    this.#forgetExpired();
    return [...gathered.values()]
      .sort((left, right) => (left.name < right.name ? -1 : 1))
      .map(({ samples, ...family }) => {
        const unique = withoutTwins(samples);
        if (unique.length < samples.length) tell(family.name, 'two series have the same name and labels');
        return { ...family, samples: unique };
      });
  }

  #addTarget(gathered: Map<string, Family>, labels: Labels): string | undefined {
    if ('problem' in labels) return labels.problem;
    const family = { name: this.#targetInfo, help: TARGET_HELP, type: 'gauge' } as const;
    return put(gathered, family, { labels: labels.labels, point: TARGET_POINT, unixMs: undefined });
  }

  /**
   * @param names - those of this scrape that are known
   * @returns why it cannot be shown
   */
  #addSeries(
    gathered: Map<string, Family>,
    names: Map<string, string | undefined>,
    { metric, labels, point }: Series,
  ): string | undefined {
    const name = this.#nameOf(metric, names);
    if (name === undefined) return 'its name has no letters and digits';
    const type = typeOf(metric);
    const remembered = this.#remember(name, type, metric.description);
    if (remembered.type !== type) return `${name} is a ${remembered.type} already, and no ${type}`;
    if ('problem' in labels) return labels.problem;
    const problem = labelProblem(type, labels.labels) ?? pointProblem(point);
    if (problem !== undefined) return problem;
    const unixMs = this.#options.sendTimestamps ? point.unixNano / 1_000_000n : undefined;
    return put(gathered, { name, type, help: remembered.help }, { labels: labels.labels, point, unixMs });
  }

  #nameOf(metric: MetricFacts, names: Map<string, string | undefined>): string | undefined {
    const role = roleOf(metric);
    const key = JSON.stringify([metric.name, metric.unit, role]);
    if (!names.has(key)) names.set(key, metricName({ ...metric, role }, this.#options));
    return names.get(key);
  }

  /** The type and the help that came first stay as long as the name is shown. */
  #remember(name: string, type: FamilyType, help: string): Remembered {
    const before = this.#remembered.get(name) ?? { type, help, seenMs: 0 };
    if (before.type === type) before.seenMs = this.#now();
    this.#remembered.set(name, before);
    return before;
  }

  #forgetExpired(): void {
    const leastMs = this.#now() - this.#options.expirationMs;
    for (const [name, { seenMs }] of this.#remembered) if (seenMs < leastMs) this.#remembered.delete(name);
  }
}

/** @returns why the sample does not go with what is there */
function put(
  gathered: Map<string, Family>,
  { name, help, type }: Omit<Family, 'samples'>,
  sample: Sample,
): string | undefined {
  const family = gathered.get(name);
  if (family === undefined) {
    const collision = suffixCollision(name, type, gathered);
    if (collision !== undefined) return `${name} and ${collision} have names of series in common`;
    gathered.set(name, { name, help, type, samples: [sample] });
    return undefined;
  }
  if (family.help !== help || family.type !== type) return `${name} is shown of something else`;
  family.samples.push(sample);
  return undefined;
}

function roleOf({ type, isMonotonic }: MetricFacts): 'counter' | 'gauge' | 'other' {
  if (type === 'gauge') return 'gauge';
  return type === 'sum' && isMonotonic ? 'counter' : 'other';
}

function typeOf({ type, isMonotonic }: MetricFacts): FamilyType {
  if (type === 'sum') return isMonotonic ? 'counter' : 'gauge';
  return type === 'exponentialHistogram' ? 'histogram' : type;
}

/** Labels that the samples of a type have of their own. */
const OWN_LABELS: Readonly<Record<FamilyType, string | undefined>> = {
  counter: undefined,
  gauge: undefined,
  histogram: 'le',
  summary: 'quantile',
};

function labelProblem(type: FamilyType, labels: readonly Label[]): string | undefined {
  const own = OWN_LABELS[type];
  const isTaken = own !== undefined && labels.some(([name]) => name === own);
  return isTaken ? `a ${type} has a label ${own} of its own` : undefined;
}

function pointProblem(point: Point): string | undefined {
  if (point.kind !== 'exponentialHistogram') return undefined;
  const { scale, population, count, sum = 0 } = point;
  if (scale < MIN_SCALE) return `its scale is ${scale}, and ${MIN_SCALE} is the least`;
  const isWrong = Number.isNaN(sum) ? population > count : population !== count;
  return isWrong ? 'its buckets do not add up to its count' : undefined;
}

/** A name that is there already and whose series would be called as those of this one. */
function suffixCollision(
  name: string,
  type: FamilyType,
  gathered: ReadonlyMap<string, Family>,
): string | undefined {
  const [, base = '', suffix] = /^(.+)_(count|sum|bucket)$/.exec(name) ?? [];
  const there = gathered.get(base)?.type;
  if (there === 'histogram' || (there === 'summary' && suffix !== 'bucket')) return base;
  const own = { histogram: ['count', 'sum', 'bucket'], summary: ['count', 'sum'], counter: [], gauge: [] }[
    type
  ];
  return own.map((one) => `${name}_${one}`).find((one) => gathered.has(one));
}

/** In order; of those with the same labels, and the same time if that is shown, the one that came first. */
function withoutTwins(samples: readonly Sample[]): Sample[] {
  const sorted = samples.toSorted(bySample);
  return sorted.filter((sample, at) => {
    const before = sorted[at - 1];
    return before === undefined || bySample(before, sample) !== 0;
  });
}

/** By the values of the labels, as the real one does; by the names only where that makes no difference. */
function bySample(left: Sample, right: Sample): number {
  if (left.labels.length !== right.labels.length) return left.labels.length - right.labels.length;
  for (const part of [1, 0] as const) {
    for (let at = 0; at < left.labels.length; at++) {
      const [one = '', other = ''] = [left.labels[at]?.[part], right.labels[at]?.[part]];
      if (one !== other) return one < other ? -1 : 1;
    }
  }
  if (left.unixMs === undefined || right.unixMs === undefined || left.unixMs === right.unixMs) return 0;
  return left.unixMs < right.unixMs ? -1 : 1;
}
