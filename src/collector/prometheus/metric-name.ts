import { unitSuffixes } from './unit-suffixes.ts';

/** What the name of a metric is made of. */
export interface NamedMetric {
  readonly name: string;
  readonly unit: string;
  /** Whether it takes `_total` (a monotonic sum) or may take `_ratio` (a gauge). */
  readonly role: 'counter' | 'gauge' | 'other';
}

export interface NamingOptions {
  /** Stands before every name; empty for none. */
  readonly namespace: string;
  /** Whether units and types are added to the name. */
  readonly hasSuffixes: boolean;
}

/**
 * The name of a metric for Prometheus: `http_server_duration_seconds` of `http.server.duration` in `s`. A namespace is
 * put before it as it is.
 * @returns undefined if nothing is left but underscores
 * @see OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", Metric Metadata
 */
export function metricName(metric: NamedMetric, options: NamingOptions): string | undefined {
  const name = options.hasSuffixes ? suffixed(metric, options) : plain(metric, options);
  const isEmpty = name === '' || (name !== metric.name && /^_*$/.test(name));
  return isEmpty ? undefined : name;
}

function suffixed({ name, unit, role }: NamedMetric, { namespace }: NamingOptions): string {
  let words = name.split(/[^a-zA-Z0-9:]+/u).filter((word) => word !== '');
  words.push(...missingUnits(words, unit));
  if (role === 'counter') words = [...words.filter((word) => word !== 'total'), 'total'];
  if (role === 'gauge' && unit === '1') words = [...words.filter((word) => word !== 'ratio'), 'ratio'];
  if (namespace !== '') words.unshift(namespace);
  return afterDigit(words.join('_'));
}

/** The words of the unit that the name does not have yet. */
function missingUnits(words: readonly string[], unit: string): string[] {
  const suffixes = unitSuffixes(unit);
  const withoutEnd = (word: string): string => word.replace(/_$/, '');
  const per = suffixes.per === 'per_' ? '' : withoutEnd(suffixes.per);
  const missingPer = words.includes(per) ? '' : per;
  const main = words.includes(suffixes.main) ? '' : suffixes.main;
  return [missingPer === '' ? main : withoutEnd(main), missingPer].filter((word) => word !== '');
}

function plain({ name }: NamedMetric, { namespace }: NamingOptions): string {
  const joined = joinedParts(name);
  return namespace === '' ? afterDigit(joined) : `${joinedParts(namespace)}_${joined}`;
}

function joinedParts(name: string): string {
  return name
    .split(/[^a-zA-Z0-9:_]+/u)
    .filter((part) => part !== '')
    .join('_');
}

/** No name begins with a digit. */
function afterDigit(name: string): string {
  return /^\d/.test(name) ? `_${name}` : name;
}
