import type { Ajv } from 'ajv';
import { OtelEventsError } from '../../errors.ts';
import type { Issue, Validated } from '../../issue.ts';
import { kindOf } from '../../kind-of.ts';
import { plainData } from '../../otlp/values/plain-data.ts';
import { type PatternCost, patternCost } from '../../pattern-cost.ts';
import { stepTo } from '../../step-to.ts';
import { TookTooLong, withinTime } from '../../within-time.ts';
import { type SchemaDocument, type SchemaNode, schemaInvalid } from '../document/schema-document.ts';
import type { SchemaGraph } from '../document/schema-graph.ts';
import { formatCost } from '../drafts/add-formats.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';
import { type AnySchema, newAjv, type ValidateFunction } from '../drafts/load-ajv.ts';
import { CATEGORY_KEYWORDS, type Draft, KEYWORDS, SCHEMA_KEYWORDS } from '../drafts/schema-keywords.ts';
import { checkFitsObjects } from './check-fits-objects.ts';
import { describeError } from './describe-error.ts';

/** The most issues that are told of one event. */
const MAX_ISSUES = 100;

/** What may be done without a time limit: for one text a few milliseconds, for all of them some more. */
const UNWATCHED_STEPS = 1_000_000;
const UNWATCHED_STEPS_IN_ALL = 20_000_000;
const UNWATCHED_VALUES = 2_000;

/** Keywords that neither limit anything nor hold what does. */
const NOTES = new Set(['$id', '$anchor', '$schema', '$comment', 'version', ...CATEGORY_KEYWORDS]);

/** Turns documents into checks. One for a registry: what documents share is compiled once. */
export class ValidatorCompiler {
  readonly #graph: SchemaGraph;
  readonly #ajvs = new Map<Draft, Ajv>();
  /** A name of our own for each document: versions share their `$id`, and Ajv takes an `$id` once. */
  readonly #names = new Map<SchemaDocument, string>();
  /** What cannot be compiled is not tried again with each event. */
  readonly #broken = new Map<SchemaDocument, OtelEventsError>();

  constructor(graph: SchemaGraph) {
    this.#graph = graph;
  }

  /** @throws OtelEventsError `SCHEMA_INVALID` for what only shows when the schema is put together */
  compile(document: SchemaDocument): (data: unknown) => Validated {
    const broken = this.#broken.get(document);
    if (broken !== undefined) throw broken;
    this.#graph.checkEnds(document);
    checkFitsObjects(document, this.#graph);
    const root = document.nodes.get('') as SchemaNode;
    const nodes = this.#graph.reachable(root);
    const ajv = this.#ajvs.get(document.draft) ?? newAjv(document.draft);
    this.#ajvs.set(document.draft, ajv);
    for (const { document: needed } of nodes) this.#add(needed, ajv);
    let check: ValidateFunction | undefined;
    try {
      check = ajv.getSchema(this.#nameOf(document));
    } catch (cause) {
      const why = `it cannot be compiled: ${(cause as Error).message}`;
      const error = schemaInvalid(document.source, '', why, { cause });
      this.#broken.set(document, error);
      throw error;
    }
    return bounded(check as ValidateFunction, costOf(nodes, this.#graph));
  }

  #nameOf(document: SchemaDocument): string {
    let name = this.#names.get(document);
    if (name === undefined) {
      name = `http://schema.invalid/${this.#names.size}`;
      this.#names.set(document, name);
    }
    return name;
  }

  /** Its own documents, and then those that references in any part of it lead to. */
  #add(document: SchemaDocument, ajv: Ajv): void {
    const name = this.#nameOf(document);
    if (ajv.schemas[name] !== undefined || ajv.refs[name] !== undefined) return;
    const rewritten = this.#rewrite(document.nodes.get('') as SchemaNode) as JsonSchema;
    ajv.addSchema({ ...rewritten, $id: name } as AnySchema);
  }

  /** A schema with only what Ajv needs; references lead where the registry says. */
  #rewrite({ schema, pointer, document }: SchemaNode): unknown {
    if (typeof schema === 'boolean') return schema;
    const result: Record<string, unknown> = {};
    const alone = document.draft === 'draft-07' && schema.$ref !== undefined;
    for (const [keyword, value] of Object.entries(schema)) {
      const defines = keyword === '$defs' || keyword === 'definitions';
      // Ajv knows words that the draft does not, such as `nullable`.
      const counts = KEYWORDS[document.draft].has(keyword) && !NOTES.has(keyword) && keyword !== '$ref';
      if (!counts || (alone && !defines)) continue;
      const at = stepTo(pointer, keyword);
      result[keyword] = SCHEMA_KEYWORDS.has(keyword) ? this.#rewriteHeld(value, at, document) : value;
    }
    if (schema.$ref !== undefined) result.$ref = this.#reference(document.nodes.get(pointer) as SchemaNode);
    return result;
  }

  #rewriteHeld(value: unknown, at: string, document: SchemaDocument): unknown {
    const node = document.nodes.get(at);
    if (node !== undefined) return this.#rewrite(node);
    const inner = (key: string | number, item: unknown): unknown => {
      const held = document.nodes.get(stepTo(at, key));
      return held === undefined ? item : this.#rewrite(held);
    };
    if (Array.isArray(value)) return value.map((item, index) => inner(index, item));
    return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, inner(key, item)]));
  }

  #reference(from: SchemaNode): string {
    // A definition that nobody uses may lead nowhere: what is used has been checked before.
    const to = this.#graph.edgesIfAny(from)?.find(({ keyword }) => keyword === '$ref')?.to;
    if (to === undefined) return 'http://schema.invalid/nowhere';
    const pointer = to.pointer.split('/').map(encodeURIComponent).join('/');
    return `${this.#nameOf(to.document)}${pointer === '' ? '' : `#${pointer}`}`;
  }
}

/** What makes a check of a schema take long. */
interface Cost {
  readonly patterns: readonly PatternCost[];
  readonly recursive: boolean;
}

function costOf(nodes: ReadonlySet<SchemaNode>, graph: SchemaGraph): Cost {
  const patterns: PatternCost[] = [];
  for (const { schema } of nodes) {
    if (typeof schema === 'boolean') continue;
    if (typeof schema.pattern === 'string') patterns.push(patternCost(schema.pattern));
    for (const source of Object.keys(schema.patternProperties ?? {})) patterns.push(patternCost(source));
    if (typeof schema.format === 'string') patterns.push(formatCost(schema.format));
    // A value is compared with each of them.
    if (Array.isArray(schema.enum)) patterns.push({ degree: 0, factor: schema.enum.length });
  }
  return { patterns, recursive: graph.multiplies(nodes) };
}

/** Whether a check may take so long that somebody has to look at the clock. */
function mayTakeLong({ patterns, recursive }: Cost, count: number, longestText: number): boolean {
  if (recursive || count > UNWATCHED_VALUES) return true;
  const length = Math.max(longestText, 2);
  let inAll = 0;
  for (const { degree, factor } of patterns) {
    const steps = factor * length ** degree;
    inAll += steps * count;
    if (steps > UNWATCHED_STEPS || inAll > UNWATCHED_STEPS_IN_ALL) return true;
  }
  return false;
}

function bounded(check: ValidateFunction, cost: Cost): (data: unknown) => Validated {
  return (data) => {
    const plain = plainData(data);
    if ('path' in plain) return { issues: [plain] };
    const { value, count, longestText } = plain;
    const watched = mayTakeLong(cost, count, longestText);
    try {
      const run = (): boolean => check(value) as boolean;
      if (watched ? withinTime(run) : run()) return accepted(value);
    } catch (error) {
      return { issues: [failedCheck(error)] };
    }
    const errors = check.errors ?? [];
    check.errors = null;
    return { issues: errors.slice(0, MAX_ISSUES).map((error) => describeError(error, value)) };
  };
}

function accepted(value: unknown): Validated {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { value: value as Readonly<Record<string, unknown>> };
  }
  return { issues: [{ path: '', expected: 'an object', got: kindOf(value) }] };
}

function failedCheck(error: unknown): Issue {
  if (error instanceof TookTooLong) {
    return { path: '', expected: 'data that can be checked within a second', got: 'data that takes longer' };
  }
  if (error instanceof RangeError) {
    return {
      path: '',
      expected: 'data that is nested less deeply',
      got: 'data that is too deep for the schema',
    };
  }
  throw new OtelEventsError('EVENT_INVALID', 'the check of the schema itself failed', { cause: error });
}
