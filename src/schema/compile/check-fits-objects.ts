import { type SchemaDocument, type SchemaNode, schemaInvalid } from '../document/schema-document.ts';
import type { SchemaGraph } from '../document/schema-graph.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';

/**
 * Refuses a schema that no event's data can have, such as one of a list: it is good to refer to, and no event's.
 * @throws OtelEventsError `SCHEMA_INVALID`
 */
export function checkFitsObjects(document: SchemaDocument, graph: SchemaGraph): void {
  const root = document.nodes.get('') as SchemaNode;
  const wrong = misfitOf(root, graph, new Map());
  if (wrong === undefined) return;
  throw schemaInvalid(
    wrong.document.source,
    wrong.pointer,
    'no event fits it: the data of an event are an object',
    {
      fix: 'write type: object, and what it is about as a property of it',
    },
  );
}

type Misfits = Map<SchemaNode, SchemaNode | undefined>;

/**
 * The schema that keeps objects from fitting; undefined if some may fit.
 * @param known - what is known already, so that schemas that refer to each other are looked at once
 */
function misfitOf(node: SchemaNode, graph: SchemaGraph, known: Misfits): SchemaNode | undefined {
  if (!known.has(node)) {
    known.set(node, undefined);
    known.set(node, findMisfit(node, graph, known));
  }
  return known.get(node);
}

function findMisfit(node: SchemaNode, graph: SchemaGraph, known: Misfits): SchemaNode | undefined {
  const { schema } = node;
  if (typeof schema === 'boolean') return schema ? undefined : node;
  const edges = graph.edgesIfAny(node) ?? [];
  const under = (keyword: string): (SchemaNode | undefined)[] =>
    edges.filter((edge) => edge.keyword === keyword).map(({ to }) => misfitOf(to, graph, known));
  const [target] = under('$ref');
  const isAlone = node.document.draft === 'draft-07' && schema.$ref !== undefined;
  if (target !== undefined || isAlone) return target;
  if (!mayBeObject(schema)) return node;
  const all = under('allOf').find((misfit) => misfit !== undefined);
  if (all !== undefined) return all;
  const choices = ['anyOf', 'oneOf'].map(under).filter(({ length }) => length > 0);
  return choices.some((some) => some.every((misfit) => misfit !== undefined)) ? node : undefined;
}

function mayBeObject({ type, enum: values, const: constant }: JsonSchema): boolean {
  if (type !== undefined && ![type].flat().includes('object')) return false;
  if (constant !== undefined && !isObject(constant)) return false;
  return !Array.isArray(values) || values.some(isObject);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
