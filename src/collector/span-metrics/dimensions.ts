import { randomUUID } from 'node:crypto';
import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';
import { attributeIn } from '../attribute-in.ts';

/** An attribute of spans or of what is around them by which metrics are divided. */
export interface Dimension {
  readonly name: string;
  readonly default: string | undefined;
}

/** By what all metrics are divided. */
export interface CommonDimensions {
  readonly dimensions: readonly Dimension[];
  /** Of those that are always there, what is left out. */
  readonly excluded: ReadonlySet<string>;
  /** Names of scopes that are shown. */
  readonly scopes: ReadonlySet<string>;
  readonly showsSampling: boolean;
}

/** A span, with what is around it. */
export interface SpanPlace {
  readonly service: string;
  readonly resource: OtlpObject;
  readonly scope: OtlpObject;
  readonly span: OtlpObject;
  /** Whether it stands for others that sampling has left out. */
  readonly isAdjusted: boolean;
}

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const CODES = ['UNSET', 'OK', 'ERROR'];

export const ALWAYS_THERE = [
  'service.name',
  'span.name',
  'span.kind',
  'status.code',
  'collector.instance.id',
];

/** Of this process: two that count the same spans make two series. */
const INSTANCE_ID = randomUUID();

/**
 * The attributes of the series that a span is of, by name.
 * @param own - dimensions of one metric, which may be in `around` too
 */
export function attributesOf(
  { service, resource, scope, span, isAdjusted }: SpanPlace,
  { dimensions, excluded, scopes, showsSampling }: CommonDimensions,
  own: readonly Dimension[],
  around: OtlpObject = resource,
): Map<string, OtlpObject> {
  const found = new Map<string, OtlpObject>();
  const put = (name: string, stringValue: string): void => {
    if (!excluded.has(name)) found.set(name, { stringValue });
  };
  put('service.name', service);
  put('span.name', textOf(span.name));
  const kind = KINDS[Number(span.kind ?? 0)];
  put('span.kind', kind === undefined ? '' : `SPAN_KIND_${kind}`);
  const code = CODES[Number((span.status as OtlpObject | undefined)?.code ?? 0)];
  put('status.code', code === undefined ? '' : `STATUS_CODE_${code}`);
  put('collector.instance.id', INSTANCE_ID);
  const scopeName = textOf(scope.name);
  if (scopeName !== '' && scopes.has(scopeName)) {
    found.set('span.instrumentation.scope.name', { stringValue: scopeName });
    const version = textOf(scope.version);
    if (version !== '') found.set('span.instrumentation.scope.version', { stringValue: version });
  }
  if (showsSampling) found.set('sampling.method', { stringValue: isAdjusted ? 'extrapolated' : 'counted' });
  for (const list of [dimensions, own]) {
    for (const { name, default: fallback } of list) {
      const value = attributeIn(name, [span, around]);
      if (value !== undefined) found.set(name, value);
      else if (fallback !== undefined) found.set(name, { stringValue: fallback });
    }
  }
  return found;
}

/** What tells series apart. */
export function keyOf(attributes: ReadonlyMap<string, OtlpObject>): string {
  let key = '';
  for (const [name, value] of attributes) {
    const { stringValue } = value;
    key += `${name}\0${typeof stringValue === 'string' ? `s${stringValue}` : JSON.stringify(value)}\0`;
  }
  return key;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
