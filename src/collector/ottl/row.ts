import type { OtlpObject, OtlpValue } from '../../otlp/wire/decode-protobuf.ts';
import { OttlMap } from './value.ts';

/**
 * A message that a statement reads and changes; whatever else holds it sees nothing of the changes.
 * Attributes are asked for by their keys: to have the whole list of them made for one takes many times as long.
 */
export interface Draft {
  /** As it is now. Nobody may change it. */
  readonly message: OtlpObject;
  readonly isChanged: boolean;
  get(field: string): OtlpValue | undefined;
  /** @param value - undefined takes the field away: what holds a default value is left out in OTLP/JSON */
  set(field: string, value: OtlpValue | undefined): void;
  /** The value of the first entry with this key, in a list of entries; undefined if it has none. */
  entry(list: string, key: string): OtlpObject | undefined;
  /** Gives the first entry with this key another value, or adds one. */
  putEntry(list: string, key: string, value: OtlpObject): void;
  /** Gives all entries with this key the value that is made of theirs. */
  changeEntries(list: string, key: string, change: (value: OtlpObject) => OtlpObject): void;
  /** Takes all entries with this key away. */
  removeEntries(list: string, key: string): void;
}

/** What a statement sees: one record and what is around it. One serves for all records, one after the other. */
export class Row<D extends Draft = Draft> {
  /** `ResourceLogs` or its like: the resource and all that came from it. */
  readonly resourceItem: D;
  readonly resource: D;
  /** `ScopeLogs` or its like. */
  readonly scopeItem: D;
  readonly scope: D;
  /** A log record, a span or a metric. */
  readonly record: D;
  /** An event of a span, or a data point of a metric. */
  readonly inner: D;
  /** Of the statements for one record, for as long as they run. */
  cache = OttlMap.EMPTY;

  /** @param make - a draft for each level, of which there are six */
  constructor(make: (level: number) => D) {
    this.resourceItem = make(0);
    this.resource = make(1);
    this.scopeItem = make(2);
    this.scope = make(3);
    this.record = make(4);
    this.inner = make(5);
  }
}
