import { OtelEventsError } from '../../errors.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';
import type { Draft } from '../drafts/schema-keywords.ts';

/** One schema within a document: where it stands, and what references in it are relative to. */
export interface SchemaNode {
  readonly document: SchemaDocument;
  /** JSON pointer within the document; empty for the document as a whole. */
  readonly pointer: string;
  readonly schema: JsonSchema | boolean;
  /** Absolute, without a fragment. */
  readonly base: string;
}

/** A document with a schema and all the schemas in it. */
export interface SchemaDocument {
  readonly id: string;
  readonly version: string;
  readonly draft: Draft;
  readonly json: JsonSchema;
  /** Where it came from, for messages: `file events/order.yaml`; its `$id` where that is all there is. */
  readonly source: string;
  /** Absolute form of its `$id`. */
  readonly uri: string;
  readonly nodes: ReadonlyMap<string, SchemaNode>;
  /** What `$id` and `$anchor` inside it name: absolute, with the anchor as the fragment. */
  readonly named: ReadonlyMap<string, SchemaNode>;
}

/** What an `$id` without a scheme is relative to: Jupyter's are mostly like `event.jupyter.org/contents`. */
const ROOT_URI = 'schema://registry/';

/** An id as an absolute URI without an empty fragment; undefined if it is none. */
export function toUri(reference: string, base: string = ROOT_URI): string | undefined {
  const url = URL.parse(reference, base);
  if (url === null) return undefined;
  return url.hash === '' && url.href.endsWith('#') ? url.href.slice(0, -1) : url.href;
}

/** @returns the error for a schema that cannot be used, which says where it is wrong and how to mend it */
export function schemaInvalid(
  source: string,
  pointer: string,
  why: string,
  details: { readonly fix?: string; readonly cause?: unknown } = {},
): OtelEventsError {
  const at = pointer === '' ? '' : ` at ${clipped(pointer)}`;
  return new OtelEventsError('SCHEMA_INVALID', `${source}${at}: ${why}`, details);
}

function clipped(pointer: string): string {
  return pointer.length > 300 ? `${pointer.slice(0, 300)}…` : pointer;
}
