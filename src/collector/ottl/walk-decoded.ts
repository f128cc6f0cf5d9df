import type { Signal } from '../../otlp/wire/batch.ts';
import type { OtlpObject, OtlpValue } from '../../otlp/wire/decode-protobuf.ts';
import { LIST_NAMES, type ListNames } from '../../otlp/wire/list-names.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import { metricTypeOf } from './metric-type.ts';
import { ObjectDraft } from './object-draft.ts';
import { Row } from './row.ts';
import type { Visit } from './visit.ts';

/** The fields that hold the next level, from the outside inwards. */
const LEVELS: Readonly<Record<Signal, Levels>> = {
  logs: LIST_NAMES.logs,
  traces: { ...LIST_NAMES.traces, inners: 'events' },
  metrics: { ...LIST_NAMES.metrics, inners: 'dataPoints' },
};

interface Levels extends ListNames {
  readonly inners?: string;
}

const NO_MESSAGE: OtlpObject = Object.freeze({});

/**
 * Visits all of a decoded request, which may be shared: what is changed is copied with what is around it, all else stays
 * the same objects.
 * @returns the request itself if nothing was changed
 */
export function walkDecoded(request: OtlpRequest, visit: Visit): OtlpRequest {
  const { resources } = LEVELS[request.signal];
  const before = listIn(request.decoded(), resources);
  const after = visitResources(request.signal, before, visit);
  if (after === before) return request;
  return OtlpRequest.from(request.signal, after.length === 0 ? {} : { [resources]: after as OtlpObject[] });
}

/** The same for some `ResourceLogs` or their like. */
export function visitResources(
  signal: Signal,
  items: readonly OtlpObject[],
  visit: Visit,
): readonly OtlpObject[] {
  return new Walk(visit, LEVELS[signal]).resources(items);
}

class Walk {
  readonly #row = new Row(() => new ObjectDraft());
  readonly #visit: Visit;
  readonly #levels: Levels;

  constructor(visit: Visit, levels: Levels) {
    this.#visit = visit;
    this.#levels = levels;
  }

  resources(items: readonly OtlpObject[]): readonly OtlpObject[] {
    return mapped(items, (item) => this.#resource(item));
  }

  #resource(item: OtlpObject): OtlpObject | undefined {
    const { resource: visit, scope, record, inner, dropsEmpty } = this.#visit;
    const { resourceItem, resource } = this.#row;
    resourceItem.take(item);
    resource.take((item.resource as OtlpObject | undefined) ?? NO_MESSAGE);
    if (visit?.(this.#row) === false) return undefined;
    const goesOn = scope !== undefined || record !== undefined || inner !== undefined;
    const before = listIn(item, this.#levels.scopes);
    const after = goesOn ? mapped(before, (one) => this.#scope(one)) : before;
    if (dropsEmpty && after.length === 0) return undefined;
    setList(resourceItem, this.#levels.scopes, before, after);
    if (resource.isChanged) resourceItem.set('resource', resource.message);
    return resourceItem.message;
  }

  #scope(item: OtlpObject): OtlpObject | undefined {
    const { scope: visit, record, inner, dropsEmpty } = this.#visit;
    const { scopeItem, scope } = this.#row;
    scopeItem.take(item);
    scope.take((item.scope as OtlpObject | undefined) ?? NO_MESSAGE);
    if (visit?.(this.#row) === false) return undefined;
    const goesOn = record !== undefined || inner !== undefined;
    const before = listIn(item, this.#levels.records);
    const after = goesOn ? mapped(before, (one) => this.#record(one)) : before;
    if (dropsEmpty && after.length === 0) return undefined;
    setList(scopeItem, this.#levels.records, before, after);
    if (scope.isChanged) scopeItem.set('scope', scope.message);
    return scopeItem.message;
  }

  #record(item: OtlpObject): OtlpObject | undefined {
    const { record: visit, inner } = this.#visit;
    const { record } = this.#row;
    record.take(item);
    if (visit?.(this.#row) === false) return undefined;
    const { inners } = this.#levels;
    if (inner === undefined || inners === undefined) return record.message;
    if (inners === 'dataPoints') return this.#metric(inner);
    const before = listIn(record.message, inners);
    setList(
      record,
      inners,
      before,
      mapped(before, (one) => this.#inner(one, inner)),
    );
    return record.message;
  }

  /** The data points of a metric stand in what says its type. */
  #metric(inner: (row: Row) => boolean): OtlpObject | undefined {
    const { record } = this.#row;
    const type = metricTypeOf(record.message);
    if (type === undefined) return record.message;
    const data = record.get(type) as OtlpObject;
    const before = listIn(data, 'dataPoints');
    const after = mapped(before, (one) => this.#inner(one, inner));
    if (this.#visit.dropsEmpty && after.length === 0) return undefined;
    if (after !== before) {
      // A statement for data points may have set something else of the metric.
      const { dataPoints: _before, ...others } = record.get(type) as OtlpObject;
      record.set(type, after.length === 0 ? others : { ...others, dataPoints: after as OtlpValue });
    }
    return record.message;
  }

  #inner(item: OtlpObject, visit: (row: Row) => boolean): OtlpObject | undefined {
    const { inner } = this.#row;
    inner.take(item);
    return visit(this.#row) ? inner.message : undefined;
  }
}

const NONE: readonly OtlpObject[] = [];

function listIn(message: OtlpObject, field: string): readonly OtlpObject[] {
  return (message[field] as OtlpObject[] | undefined) ?? NONE;
}

function setList(
  draft: ObjectDraft,
  field: string,
  before: readonly OtlpObject[],
  after: readonly OtlpObject[],
): void {
  if (after !== before) draft.set(field, after.length === 0 ? undefined : (after as OtlpValue));
}

/** A list with other items, without those that became undefined; the same list if none is another. */
function mapped(
  items: readonly OtlpObject[],
  change: (item: OtlpObject) => OtlpObject | undefined,
): readonly OtlpObject[] {
  let out: OtlpObject[] | undefined;
  for (let index = 0; index < items.length; index++) {
    const item = items[index] as OtlpObject;
    const next = change(item);
    if (out === undefined) {
      if (next === item) continue;
      out = items.slice(0, index);
    }
    if (next !== undefined) out.push(next);
  }
  return out ?? items;
}
