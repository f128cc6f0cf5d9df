import { stepTo } from '../../step-to.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';
import { IN_PLACE, SCHEMA_KEYWORDS } from '../drafts/schema-keywords.ts';
import { categoriesOf } from './categories-of.ts';
import { type Named, resolveReference } from './resolve-reference.ts';
import { type SchemaDocument, type SchemaNode, schemaInvalid } from './schema-document.ts';

/** A schema beside or within another. */
export interface Edge {
  readonly keyword: string;
  /** The name or the number under the keyword; undefined where the keyword holds one schema. */
  readonly key: string | undefined;
  readonly to: SchemaNode;
}

/** So often may one schema be asked for without a look at the clock. */
const MAX_TIMES = 10_000;

/** The schemas of a registry with the ways between them; references are resolved when they are first gone. */
export class SchemaGraph {
  readonly #named: Named;
  readonly #edges = new Map<SchemaNode, readonly Edge[]>();
  readonly #checked = new Set<SchemaNode>();

  constructor(named: Named) {
    this.#named = named;
  }

  /**
   * The schemas that stand in a schema, and the one that its `$ref` means. Definitions are left out: only a
   * reference makes them count.
   * @throws OtelEventsError `SCHEMA_INVALID`
   */
  edges(from: SchemaNode): readonly Edge[] {
    let edges = this.#edges.get(from);
    if (edges === undefined) {
      edges = this.#read(from);
      this.#edges.set(from, edges);
    }
    return edges;
  }

  /** The same; undefined where a reference leads nowhere. */
  edgesIfAny(from: SchemaNode): readonly Edge[] | undefined {
    try {
      return this.edges(from);
    } catch {
      return undefined;
    }
  }

  /** The schema under a keyword, and under a name or number in it. */
  held({ document, pointer }: SchemaNode, keyword: string, key?: string): SchemaNode | undefined {
    const at = stepTo(pointer, keyword);
    return document.nodes.get(key === undefined ? at : stepTo(at, key));
  }

  /** The schemas about the same value: those of `$ref`, `allOf`, `anyOf`, `if` and their like. */
  inPlace(from: SchemaNode): readonly Edge[] {
    return this.edges(from).filter(({ keyword }) => keyword === '$ref' || IN_PLACE.has(keyword));
  }

  /** Every schema that can be come to from here, with this one. */
  reachable(start: SchemaNode): ReadonlySet<SchemaNode> {
    const found = new Set([start]);
    for (const node of found) for (const { to } of this.edges(node)) found.add(to);
    return found;
  }

  /** Whether a schema, or any that can be come to from it, has a category. */
  hasCategories(start: SchemaNode): boolean {
    for (const node of this.reachable(start)) if (categoriesOf(node).length > 0) return true;
    return false;
  }

  /**
   * Refuses schemas that ask for themselves about the same value: no check of them would end.
   * @throws OtelEventsError `SCHEMA_INVALID`
   */
  checkEnds(document: SchemaDocument): void {
    const root = document.nodes.get('') as SchemaNode;
    for (const node of this.reachable(root)) this.#checkNode(node);
  }

  /**
   * Whether these schemas may be asked for far more often than they are written: because one comes back to
   * itself further down, or because references fan out.
   */
  multiplies(nodes: ReadonlySet<SchemaNode>): boolean {
    const waits = new Map<SchemaNode, number>();
    for (const node of nodes) {
      for (const { to } of this.edges(node)) waits.set(to, (waits.get(to) ?? 0) + 1);
    }
    const ready = [...nodes].filter((node) => !waits.has(node));
    const times = new Map<SchemaNode, number>(ready.map((node) => [node, 1]));
    for (const node of ready) {
      const own = times.get(node) ?? 0;
      if (own > MAX_TIMES) return true;
      for (const { to } of this.edges(node)) {
        times.set(to, (times.get(to) ?? 0) + own);
        const left = (waits.get(to) ?? 0) - 1;
        waits.set(to, left);
        if (left === 0) ready.push(to);
      }
    }
    // Those of a circle wait for each other.
    return ready.length < nodes.size;
  }

  #checkNode(start: SchemaNode): void {
    if (this.#checked.has(start)) return;
    const open = new Set<SchemaNode>();
    // Its own stack: a chain of references may be as long as the document.
    const stack: { node: SchemaNode; left: SchemaNode[] }[] = [];
    const enter = (node: SchemaNode): void => {
      if (open.has(node)) {
        throw schemaInvalid(
          node.document.source,
          node.pointer,
          'this schema asks for itself about the same value',
          {
            fix: 'a $ref in a circle has to pass a property or an item',
          },
        );
      }
      if (this.#checked.has(node)) return;
      open.add(node);
      stack.push({ node, left: this.inPlace(node).map(({ to }) => to) });
    };
    enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.left.pop();
      if (next !== undefined) {
        enter(next);
        continue;
      }
      open.delete(top.node);
      this.#checked.add(top.node);
      stack.pop();
    }
  }

  #read(from: SchemaNode): Edge[] {
    const { schema } = from;
    if (typeof schema === 'boolean') return [];
    const edges: Edge[] = [];
    if (schema.$ref !== undefined) {
      edges.push({ keyword: '$ref', key: undefined, to: resolveReference(from, this.#named) });
    }
    const add = (keyword: string, key: string | undefined): void => {
      const to = this.held(from, keyword, key);
      if (to !== undefined) edges.push({ keyword, key, to });
    };
    for (const [keyword, value] of Object.entries(schema as JsonSchema)) {
      if (keyword === '$defs' || keyword === 'definitions' || !SCHEMA_KEYWORDS.has(keyword)) continue;
      const one = SCHEMA_KEYWORDS.get(keyword)?.startsWith('schema') === true && !Array.isArray(value);
      if (one) add(keyword, undefined);
      else for (const key of Object.keys(value as object)) add(keyword, key);
    }
    return edges;
  }
}
