import { stepTo } from '../../step-to.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';
import { type SchemaDocument, schemaInvalid } from './schema-document.ts';

/** A check tries each pattern for names with each name, and the code of that grows with their square. */
const MAX_PATTERNS = 1_000;

/** Of all patterns together. */
const MAX_PATTERN_LENGTH = 100_000;

/** Each is a table of thousands of characters once it is compiled. */
const MAX_UNICODE_CLASSES = 1_000;

/** Compiling takes about a tenth of a millisecond for each, as for schemas. */
const MAX_DEPENDENCIES = 10_000;

/** What has a name or is referred to is compiled by itself, in a millisecond or two. */
const MAX_REFERENCES = 2_000;

/** The code that asks for each of a list of names repeats the whole list. */
const MAX_DEPENDENCY_CODE = 4 * 1024 * 1024;

interface Pattern {
  readonly source: string;
  /** JSON pointer. */
  readonly at: string;
}

/**
 * Refuses what is short as a schema, and long to compile: the first event would block the process for seconds.
 * Patterns are parsed only after they have been counted.
 * @throws OtelEventsError `SCHEMA_INVALID`
 */
export function checkCompilable({ nodes, source }: SchemaDocument): void {
  const patterns: Pattern[] = [];
  let references = 0;
  let dependencies = 0;
  let dependencyCode = 0;
  for (const node of nodes.values()) {
    const { schema } = node;
    if (typeof schema === 'boolean') continue;
    if (schema.$ref !== undefined || schema.$id !== undefined) references++;
    patterns.push(...patternsOf(schema, node.pointer));
    for (const names of dependenciesOf(schema)) {
      dependencies++;
      dependencyCode += names.length * names.join().length;
    }
  }
  const tooMuch = (what: string) => schemaInvalid(source, '', `it holds ${what}`);
  if (references > MAX_REFERENCES) throw tooMuch('more than 2,000 references and names of schemas');
  if (dependencies > MAX_DEPENDENCIES) throw tooMuch('more than 10,000 properties that depend on others');
  if (dependencyCode > MAX_DEPENDENCY_CODE) throw tooMuch('properties that depend on too many others');
  if (patterns.length > MAX_PATTERNS) throw tooMuch('more than 1,000 patterns');
  const all = patterns.map((pattern) => pattern.source).join('');
  if (all.length > MAX_PATTERN_LENGTH) throw tooMuch('patterns of more than 100,000 characters');
  const classes = all.match(/\\p/gi)?.length ?? 0;
  if (classes > MAX_UNICODE_CLASSES) throw tooMuch('more than 1,000 classes such as \\p{L}');
  for (const pattern of patterns) checkPattern(pattern, source);
}

function patternsOf({ pattern, patternProperties }: JsonSchema, pointer: string): Pattern[] {
  const names = stepTo(pointer, 'patternProperties');
  const found = Object.keys(patternProperties ?? {}).map((name) => ({
    source: name,
    at: stepTo(names, name),
  }));
  if (typeof pattern === 'string') found.push({ source: pattern, at: stepTo(pointer, 'pattern') });
  return found;
}

function dependenciesOf({ dependentRequired, dependencies }: JsonSchema): unknown[][] {
  const lists = [...Object.values(dependentRequired ?? {}), ...Object.values(dependencies ?? {})];
  return lists.filter((names): names is unknown[] => Array.isArray(names));
}

function checkPattern(pattern: Pattern, source: string): void {
  try {
    new RegExp(pattern.source, 'u');
  } catch (cause) {
    const fix = 'patterns are read in Unicode mode, in which only what has a meaning may be escaped';
    throw schemaInvalid(source, pattern.at, (cause as Error).message.slice(0, 500), { cause, fix });
  }
}
