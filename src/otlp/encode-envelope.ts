import { encodeWith } from './encode-with.ts';
import type { ValueCopier } from './value-copier.ts';
import type { ValueWriter } from './value-writer.ts';
import { copyMap, writeMap } from './write-map.ts';

/** The part of an SDK's `Resource` that travels. */
export interface ReadableResource {
  readonly attributes: object;
  readonly schemaUrl?: string | undefined;
}

/** The part of an SDK's `InstrumentationScope` that travels. */
export interface ReadableScope {
  readonly name: string;
  readonly version?: string | undefined;
  readonly schemaUrl?: string | undefined;
  readonly attributes?: object | undefined;
  readonly droppedAttributesCount?: number | undefined;
}

/** What surrounds the records of one resource and scope, encoded once. */
export interface Envelope {
  /** The fields of `ResourceLogs` or `ResourceSpans` beside the scope's: `resource` and `schema_url`. */
  readonly resource: Uint8Array;
  /** The fields of `ScopeLogs` or `ScopeSpans` beside the records: `scope` and `schema_url`. */
  readonly scope: Uint8Array;
}

/** Logs and traces have the same numbers here. @see opentelemetry-proto, logs.proto and trace.proto */
const RESOURCE_ITEMS = 0x0a;
const SCOPE_ITEMS = 0x12;
const DESCRIPTION = 0x0a;
const SCHEMA_URL = 0x1a;
const RESOURCE_ATTRIBUTES = 0x0a;
const SCOPE = { name: 0x0a, version: 0x12, attributes: 0x1a, droppedAttributesCount: 0x20 };

const NO_ATTRIBUTES = {};

const RESOURCE_ENCODING = { write: writeResource, copy: copyResource };
const SCOPE_ENCODING = { write: writeScope, copy: copyScope };

/** Encodes what the records of one resource and scope have in common; the result may be kept. */
export function encodeEnvelope(resource: ReadableResource, scope: ReadableScope): Envelope {
  return {
    resource: encodeWith(RESOURCE_ENCODING, resource, Number.POSITIVE_INFINITY).slice(),
    scope: encodeWith(SCOPE_ENCODING, scope, Number.POSITIVE_INFINITY).slice(),
  };
}

/**
 * What stands before the fields of a request: a whole `ExportLogsServiceRequest` or
 * `ExportTraceServiceRequest` is these bytes and then the fields. Requests may be concatenated in turn.
 * @param fieldBytes - how many bytes of fields follow
 */
export function requestHead({ resource, scope }: Envelope, fieldBytes: number): Uint8Array {
  const scopeItems = scope.length + fieldBytes;
  const scopeHead = [SCOPE_ITEMS, ...varint(scopeItems)];
  const resourceItems = resource.length + scopeHead.length + scopeItems;
  return Buffer.concat([
    Uint8Array.of(RESOURCE_ITEMS, ...varint(resourceItems)),
    resource,
    Uint8Array.from(scopeHead),
    scope,
  ]);
}

/** One export request with the given fields, as `encodeEvent`, `encodeRecord` or `encodeSpan` made them. */
export function toRequest(envelope: Envelope, fields: readonly Uint8Array[]): Uint8Array {
  const fieldBytes = fields.reduce((sum, field) => sum + field.length, 0);
  return Buffer.concat([requestHead(envelope, fieldBytes), ...fields]);
}

function writeResource(writer: ValueWriter, { attributes, schemaUrl }: ReadableResource): void {
  const { out } = writer;
  writer.nonFiniteAsText = false;
  if (schemaUrl) out.string(SCHEMA_URL, schemaUrl);
  const start = out.length;
  writeMap(writer, RESOURCE_ATTRIBUTES, attributes);
  out.delimit(DESCRIPTION, start);
}

function copyResource(copier: ValueCopier, { attributes, schemaUrl }: ReadableResource): ReadableResource {
  return { attributes: copyMap(copier, attributes), schemaUrl };
}

function writeScope(writer: ValueWriter, scope: ReadableScope): void {
  const { out } = writer;
  const { droppedAttributesCount = 0 } = scope;
  writer.nonFiniteAsText = false;
  if (scope.schemaUrl) out.string(SCHEMA_URL, scope.schemaUrl);
  const start = out.length;
  if (droppedAttributesCount > 0) out.int(SCOPE.droppedAttributesCount, droppedAttributesCount);
  writeMap(writer, SCOPE.attributes, scope.attributes ?? NO_ATTRIBUTES);
  if (scope.version) out.string(SCOPE.version, scope.version);
  out.string(SCOPE.name, scope.name);
  out.delimit(DESCRIPTION, start);
}

function copyScope(copier: ValueCopier, scope: ReadableScope): ReadableScope {
  return { ...scope, attributes: copyMap(copier, scope.attributes ?? NO_ATTRIBUTES) };
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}
