import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';
import { findEntry, keyOf } from '../../otlp/wire/entries.ts';
import type { ProcessorComponent } from '../component.ts';
import { boolean, integer, mapping, oneOf, optional, type Read, text } from '../config/shape.ts';
import { decimal } from '../config/value-shapes.ts';
import { bodyText, fromAnyValue } from '../ottl/convert-value.ts';
import type { Draft } from '../ottl/row.ts';
import { walkRequest } from '../ottl/walk-request.ts';
import { type Item, SAMPLER_MODES, Sampler } from '../sampler.ts';
import {
  ALWAYS,
  NEVER,
  parseRandomness,
  parseThreshold,
  randomnessText,
  thresholdOf,
  thresholdText,
} from '../sampling-threshold.ts';
import {
  parseTraceState,
  type SamplingState,
  type SamplingTraceState,
  traceStateText,
} from '../sampling-trace-state.ts';

const MIN_PERCENTAGE = 100 * 2 ** -56;

const shape = mapping({
  sampling_percentage: optional(decimal(0), 0),
  hash_seed: optional(integer(0, 2 ** 32 - 1), 0),
  mode: optional(oneOf(SAMPLER_MODES), 'hash_seed'),
  fail_closed: optional(boolean, true),
  sampling_precision: optional(integer(1, 14), 4),
  attribute_source: optional(oneOf(['traceID', 'record']), 'traceID'),
  from_attribute: optional(text(), ''),
  sampling_priority: optional(text(), ''),
});

type Settings = Read<typeof shape>;

const THRESHOLD = 'sampling.threshold';
const RANDOMNESS = 'sampling.randomness';

/** Lets a share of log records and spans pass, all of a trace or none of it. */
export const probabilisticSamplerProcessor: ProcessorComponent<Settings> = {
  type: 'probabilistic_sampler',
  shape,
  check: ({ sampling_percentage: percentage }, { add, signals }) => {
    if (signals.has('metrics')) add('sampling_percentage', 'is of logs and traces; metrics are not sampled');
    if (percentage > 0 && percentage < MIN_PERCENTAGE) add('sampling_percentage', 'is too small');
  },
  create: (settings) => {
    const sampler = new Sampler({
      mode: settings.mode,
      percentage: settings.sampling_percentage,
      hashSeed: settings.hash_seed,
      precision: settings.sampling_precision,
      failsClosed: settings.fail_closed,
    });
    return {
      process: (request) => {
        const sample = request.signal === 'logs' ? sampleLog : sampleSpan;
        const left = walkRequest(request, {
          dropsEmpty: true,
          record: ({ record }) => sample(record, sampler, settings),
        });
        return left.count === 0 && request.count > 0 ? undefined : left;
      },
    };
  },
};

function sampleLog(record: Draft, sampler: Sampler, settings: Settings): boolean {
  const entries = attributesOf(record);
  const before = logState(entries);
  const { isSampled, state } = sampler.decide({
    traceId: (record.get('traceId') as string | undefined) ?? '',
    hashed: bytesToHash(record, entries, settings),
    alwaysSaysRandomness: false,
    state: before,
    priority: logPriority(entries, settings),
  });
  if (isSampled && state !== undefined) setLogState(record, entries, state);
  return isSampled;
}

function attributesOf(record: Draft): readonly OtlpObject[] {
  return (record.get('attributes') as OtlpObject[] | undefined) ?? [];
}

function logState(entries: readonly OtlpObject[]): SamplingState | undefined {
  const [th, rv] = [textAt(entries, THRESHOLD), textAt(entries, RANDOMNESS)];
  const threshold = th === '' ? undefined : parseThreshold(th);
  const randomness = rv === '' ? undefined : parseRandomness(rv);
  const isMalformed = (th !== '' && threshold === undefined) || (rv !== '' && randomness === undefined);
  return isMalformed ? undefined : { threshold, randomness };
}

function textAt(entries: readonly OtlpObject[], key: string): string {
  const text = (findEntry(entries, key)?.value as OtlpObject | undefined)?.stringValue;
  return typeof text === 'string' ? text : '';
}

function setLogState(
  record: Draft,
  entries: readonly OtlpObject[],
  { threshold, randomness }: SamplingState,
): void {
  let after = entries;
  if (randomness !== undefined) after = withText(after, RANDOMNESS, randomnessText(randomness));
  if (threshold !== undefined) after = withText(after, THRESHOLD, thresholdText(threshold));
  else after = after.filter((entry) => keyOf(entry) !== THRESHOLD);
  record.set('attributes', after.length === 0 ? undefined : (after as OtlpObject[]));
}

function withText(entries: readonly OtlpObject[], key: string, text: string): readonly OtlpObject[] {
  const index = entries.findIndex((entry) => keyOf(entry) === key);
  const entry = { key, value: { stringValue: text } };
  return index < 0 ? [...entries, entry] : entries.with(index, entry);
}

function bytesToHash(
  record: Draft,
  entries: readonly OtlpObject[],
  settings: Settings,
): Uint8Array | undefined {
  const { attribute_source: source, from_attribute: name } = settings;
  const traceId = record.get('traceId');
  if (source === 'traceID' && typeof traceId === 'string') return Buffer.from(traceId, 'hex');
  const value = name === '' ? undefined : (findEntry(entries, name)?.value as OtlpObject | undefined);
  if (value === undefined) return undefined;
  const bytes = fromAnyValue(value);
  const hashed = bytes instanceof Uint8Array ? bytes : Buffer.from(bodyText(value));
  return hashed.length === 0 ? undefined : hashed;
}

/** A percentage in an attribute. */
function logPriority(entries: readonly OtlpObject[], settings: Settings): bigint | undefined {
  const { sampling_priority: name, sampling_precision: precision } = settings;
  const entry = name === '' ? undefined : findEntry(entries, name);
  const value = entry === undefined ? undefined : fromAnyValue(entry.value as OtlpObject);
  if (typeof value !== 'bigint' && typeof value !== 'number') return undefined;
  return Number(value) === 0 ? undefined : thresholdOf(Number(value) / 100, precision);
}

function sampleSpan(span: Draft, sampler: Sampler): boolean {
  const before = parseTraceState((span.get('traceState') as string | undefined) ?? '');
  const traceId = (span.get('traceId') as string | undefined) ?? '';
  const item: Item = {
    traceId,
    hashed: traceId === '' ? undefined : Buffer.from(traceId, 'hex'),
    alwaysSaysRandomness: true,
    state: before,
    priority: spanPriority(attributesOf(span)),
  };
  const { isSampled, state } = sampler.decide(item);
  if (isSampled && state !== undefined) {
    const after = traceStateText({ ...(before as SamplingTraceState), ...state });
    span.set('traceState', after === '' ? undefined : after);
  }
  return isSampled;
}

/** @see OpenTracing's `sampling.priority`: 0 drops a span, more keeps it */
function spanPriority(entries: readonly OtlpObject[]): bigint | undefined {
  const entry = findEntry(entries, 'sampling.priority');
  const value = entry === undefined ? undefined : fromAnyValue(entry.value as OtlpObject);
  if (value === undefined || value === '' || typeof value === 'boolean' || typeof value === 'object')
    return undefined;
  const priority = Number(value);
  if (priority === 0) return NEVER;
  return priority > 0 ? ALWAYS : undefined;
}
