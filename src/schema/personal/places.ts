import { categoriesOf } from '../document/categories-of.ts';
import type { SchemaNode } from '../document/schema-document.ts';
import type { Edge, SchemaGraph } from '../document/schema-graph.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';

/** The most places that are remembered; names that data brings make new ones. */
const MAX_REMEMBERED = 1_000;

/** The places in data, as far as the categories of their values are concerned. One for a set of allowed ones. */
export class Places {
  readonly graph: SchemaGraph;
  readonly #allowed: ReadonlySet<string>;
  readonly #numbers = new Map<SchemaNode, number>();
  readonly #places = new Map<string, Place>();
  readonly #mayDeny = new Map<SchemaNode, boolean>();
  readonly #patterns = new Map<string, RegExp>();

  constructor(graph: SchemaGraph, allowed: ReadonlySet<string>) {
    this.graph = graph;
    this.#allowed = allowed;
  }

  /** The place of a value that these schemas are about, and those in them about the same value. */
  at(schemas: Iterable<SchemaNode>): Place {
    const members = new Set(schemas);
    for (const node of members) for (const { to } of this.graph.inPlace(node)) members.add(to);
    const key = [...members]
      .map((node) => this.#numberOf(node))
      .sort((a, b) => a - b)
      .join();
    let place = this.#places.get(key);
    if (place === undefined) {
      place = new Place([...members], this);
      if (this.#places.size >= MAX_REMEMBERED) this.#places.clear();
      this.#places.set(key, place);
    }
    return place;
  }

  /** Whether a category that is not allowed stands in the schema itself. */
  denies(node: SchemaNode): boolean {
    return categoriesOf(node).some((category) => !this.#allowed.has(category));
  }

  /** Whether a schema, or any that can be come to from it, has a category that is not allowed. */
  mayDeny(node: SchemaNode): boolean {
    let may = this.#mayDeny.get(node);
    if (may === undefined) {
      may = [...this.graph.reachable(node)].some((each) => this.denies(each));
      this.#mayDeny.set(node, may);
    }
    return may;
  }

  matches(pattern: string, name: string): boolean {
    let compiled = this.#patterns.get(pattern);
    if (compiled === undefined) {
      compiled = new RegExp(pattern, 'u');
      this.#patterns.set(pattern, compiled);
    }
    return compiled.test(name);
  }

  #numberOf(node: SchemaNode): number {
    let number = this.#numbers.get(node);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(node, number);
    }
    return number;
  }
}

/** A place in data, such as `/customer/email`, by the schemas that could apply to the value there. */
export class Place {
  /** Its value may not leave. */
  readonly denied: boolean;
  /** Nothing in it can be denied. */
  readonly harmless: boolean;
  /** The properties that are declared by name. */
  readonly names: ReadonlySet<string>;
  readonly #members: readonly SchemaNode[];
  readonly #places: Places;
  /** Those of declared names; others are found by patterns at each call. */
  readonly #properties = new Map<string, Place>();
  readonly #items = new Map<number, Place>();
  readonly #hasPatterns: boolean;
  /** So many items have a schema of their own. */
  readonly #listed: number;
  /** Of properties without a name here, if no pattern makes a difference between them. */
  #others: Place | undefined;
  #othersDeclared: boolean | undefined;

  constructor(members: readonly SchemaNode[], places: Places) {
    this.#members = members;
    this.#places = places;
    this.denied = members.some((node) => places.denies(node));
    this.harmless = !members.some((node) => places.mayDeny(node));
    this.names = new Set(members.flatMap((node) => Object.keys(propertiesOf(node))));
    this.#hasPatterns = members.some((node) => patternsOf(node).length > 0);
    this.#listed = Math.max(0, ...members.map((node) => listedIn(places.graph.edges(node))));
  }

  /** The place of a property's value. */
  property(name: string): Place {
    const known = this.#properties.get(name) ?? (this.names.has(name) ? undefined : this.#others);
    if (known !== undefined) return known;
    const place = this.#places.at(this.#members.flatMap((node) => this.#schemasOf(node, name)));
    if (this.names.has(name)) this.#properties.set(name, place);
    else if (!this.#hasPatterns) this.#others = place;
    return place;
  }

  /** The place of an item of an array. */
  item(index: number): Place {
    const number = Math.min(index, this.#listed);
    let place = this.#items.get(number);
    if (place === undefined) {
      place = this.#places.at(this.#members.flatMap((node) => this.#itemsOf(node, number)));
      this.#items.set(number, place);
    }
    return place;
  }

  /** Whether a schema says of a property by name or pattern that it may be there, or has categories for it. */
  declares(name: string): boolean {
    if (this.names.has(name)) return true;
    if (this.#othersDeclared !== undefined) return this.#othersDeclared;
    const declared =
      this.#members.some((node) => this.#isPattern(node, name)) ||
      this.property(name).#members.some((node) => this.#places.graph.hasCategories(node));
    if (!this.#hasPatterns) this.#othersDeclared = declared;
    return declared;
  }

  #isPattern(node: SchemaNode, name: string): boolean {
    return patternsOf(node).some((pattern) => this.#places.matches(pattern, name));
  }

  /** The schemas that one schema has for a property. */
  #schemasOf(node: SchemaNode, name: string): SchemaNode[] {
    const { graph } = this.#places;
    const patterns = patternsOf(node).filter((pattern) => this.#places.matches(pattern, name));
    const found = patterns.map((pattern) => graph.held(node, 'patternProperties', pattern));
    if (hasProperty(node, name)) found.push(graph.held(node, 'properties', name));
    if (found.length === 0) found.push(graph.held(node, 'additionalProperties'));
    const unevaluated = graph.held(node, 'unevaluatedProperties');
    if (unevaluated !== undefined && !this.#surelyEvaluates(node, name)) found.push(unevaluated);
    return found.filter((schema) => schema !== undefined);
  }

  /** Whether a schema always has a say about a property, so that `unevaluatedProperties` has none. */
  #surelyEvaluates(start: SchemaNode, name: string): boolean {
    const always = new Set([start]);
    for (const node of always) {
      if (hasProperty(node, name) || this.#isPattern(node, name)) return true;
      for (const { keyword, to } of this.#places.graph.edges(node)) {
        if (keyword === 'additionalProperties') return true;
        if (keyword === 'allOf' || keyword === '$ref') always.add(to);
      }
    }
    return false;
  }

  /** The schemas that one schema has for an item. Which items `contains` and `unevaluatedItems` mean, data says. */
  #itemsOf(node: SchemaNode, index: number): SchemaNode[] {
    const edges = this.#places.graph.edges(node);
    const listed = listedIn(edges);
    return edges
      .filter(({ keyword, key }) => {
        if (keyword === 'prefixItems' || (keyword === 'items' && key !== undefined))
          return key === String(index);
        if (keyword === 'items' || keyword === 'additionalItems' || keyword === 'unevaluatedItems') {
          return index >= listed;
        }
        return keyword === 'contains';
      })
      .map(({ to }) => to);
  }
}

/** How many items have schemas of their own: in `prefixItems`, or in `items` as a list. */
function listedIn(edges: readonly Edge[]): number {
  return edges.filter(
    ({ keyword, key }) => keyword === 'prefixItems' || (keyword === 'items' && key !== undefined),
  ).length;
}

function propertiesOf({ schema }: SchemaNode): object {
  return typeof schema === 'boolean' ? {} : ((schema as JsonSchema).properties ?? {});
}

function hasProperty(node: SchemaNode, name: string): boolean {
  return Object.hasOwn(propertiesOf(node), name);
}

function patternsOf({ schema }: SchemaNode): readonly string[] {
  return typeof schema === 'boolean' ? [] : Object.keys((schema as JsonSchema).patternProperties ?? {});
}
