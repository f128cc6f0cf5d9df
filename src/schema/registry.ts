import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { OtelEventsError } from '../errors.ts';
import type { Validated } from '../issue.ts';
import { ValidatorCompiler } from './compile/compile-validator.ts';
import { describeError } from './compile/describe-error.ts';
import { sayUnknown } from './compile/say-unknown.ts';
import { readDocument } from './document/read-document.ts';
import { type SchemaDocument, type SchemaNode, schemaInvalid } from './document/schema-document.ts';
import { SchemaGraph } from './document/schema-graph.ts';
import type { JsonSchema } from './drafts/json-schema.ts';
import { metaSchemaOf } from './drafts/load-ajv.ts';
import type { AllowedProperties } from './personal/allowed-schemas.ts';
import { compileRedactor, type Redactor } from './personal/compile-redactor.ts';
import type { FetchSchemaOptions } from './read/fetch-schema.ts';
import { findPackageSchemas } from './read/find-package-schemas.ts';
import { MAX_SCHEMA_BYTES } from './read/read-schema-text.ts';
import { readSchemas } from './read/read-schemas.ts';
import type { RegisteredSchema } from './registered-schema.ts';

/**
 * The schemas that events are checked against, by `$id` and version. A schema is checked against its
 * meta-schema when it is registered, and compiled at its first use: until then those it refers to may come.
 */
export class SchemaRegistry {
  readonly #schemas = new Map<string, Map<string, Registered>>();
  /** Where the name of the events is not the `$id`. */
  readonly #idsByName = new Map<string, string>();
  readonly #named = new Map<string, SchemaNode>();
  readonly #graph = new SchemaGraph(this.#named);
  readonly #validators = new ValidatorCompiler(this.#graph);

  /**
   * Registers a schema that is given as an object, as JSON text or as YAML text.
   * @returns the schema; the first one of a document that holds several, all of which are registered
   * @throws OtelEventsError `SCHEMA_INVALID`, `SCHEMA_DUPLICATE`
   */
  register(schema: object | string): RegisteredSchema {
    return firstOf(this.registerAll(schema));
  }

  /**
   * Registers all schemas that a document holds: those of the events of a tracking plan, else the one that it is. All of
   * them, or none.
   * @param source - how messages call it
   * @throws OtelEventsError `SCHEMA_INVALID`, `SCHEMA_DUPLICATE`
   */
  registerAll(document: object | string, source = 'schema'): readonly RegisteredSchema[] {
    return this.#addAll(documentsOf(document, source));
  }

  /**
   * Registers the schema in a JSON or YAML file.
   * @returns as {@link register}
   * @throws OtelEventsError `SCHEMA_INVALID`, `SCHEMA_DUPLICATE`
   */
  registerFile(file: string | URL): RegisteredSchema {
    return firstOf(this.#addAll(documentsOfFile(typeof file === 'string' ? file : fileURLToPath(file))));
  }

  /**
   * Fetches a schema over http or https and registers it. At most 1 MiB, 10 s and five redirects; private
   * addresses only with `allowPrivate`.
   * @returns as {@link register}
   * @throws OtelEventsError `SCHEMA_INVALID`, `SCHEMA_DUPLICATE`
   */
  async registerUrl(url: string | URL, options: FetchSchemaOptions = {}): Promise<RegisteredSchema> {
    // Only now: importing the library must not load the network.
    const { fetchSchema } = await import('./read/fetch-schema.ts');
    const text = await fetchSchema(url, options);
    const { origin, pathname } = new URL(String(url));
    return firstOf(this.registerAll(text, `URL ${origin}${pathname}`));
  }

  /**
   * Registers the schemas that an installed package brings: the files that `"otel-events": { "schemas": [] }`
   * in its `package.json` names, else those in its folder `events`. All of them, or none.
   * @param from - directory the package is looked for from; the working directory by default
   * @throws OtelEventsError `SCHEMA_INVALID`, `SCHEMA_DUPLICATE`
   */
  registerPackage(name: string, from: string = process.cwd()): readonly RegisteredSchema[] {
    return this.#addAll(findPackageSchemas(name, from).flatMap(documentsOfFile));
  }

  /**
   * The schema with this `$id`, or for events of this name, and with this version; without a version the one that was
   * registered last.
   */
  get(id: string, version?: string | number): RegisteredSchema | undefined {
    const versions = this.#schemas.get(id) ?? this.#schemas.get(this.#idsByName.get(id) ?? '');
    // Most names that are logged have no schema.
    if (versions === undefined) return undefined;
    return version === undefined ? [...versions.values()].at(-1) : versions.get(String(version));
  }

  /** Every schema, with all its versions. */
  get all(): readonly RegisteredSchema[] {
    return [...this.#schemas.values()].flatMap((versions) => [...versions.values()]);
  }

  #addAll(documents: readonly NamedDocument[]): readonly RegisteredSchema[] {
    const keys = new Set<string>();
    for (const { document } of documents) {
      this.#checkNew(document);
      const key = `${document.version} ${document.id}`;
      if (keys.has(key)) throw duplicate(document);
      keys.add(key);
    }
    return documents.map((each) => this.#add(each));
  }

  #add({ name, document }: NamedDocument): RegisteredSchema {
    const { id, version } = document;
    const registered = new Registered(name ?? id, document, this.#graph, this.#validators);
    if (registered.name !== id) this.#idsByName.set(registered.name, id);
    const versions = this.#schemas.get(id) ?? new Map<string, Registered>();
    this.#schemas.set(id, versions.set(version, registered));
    for (const [name, node] of document.named) this.#named.set(name, node);
    return registered;
  }

  #checkNew(document: SchemaDocument): void {
    if (this.#schemas.get(document.id)?.has(document.version) === true) throw duplicate(document);
  }
}

/** A document, and what the events of its schema are called if that is not its `$id`. */
interface NamedDocument {
  readonly name: string | undefined;
  readonly document: SchemaDocument;
}

class Registered implements RegisteredSchema {
  readonly name: string;
  readonly id: string;
  readonly version: string;
  readonly versionNumber: number | undefined;
  readonly json: JsonSchema;
  readonly #document: SchemaDocument;
  readonly #graph: SchemaGraph;
  readonly #validators: ValidatorCompiler;
  #check: ((data: unknown) => Validated) | undefined;

  constructor(name: string, document: SchemaDocument, graph: SchemaGraph, validators: ValidatorCompiler) {
    this.name = name;
    this.id = document.id;
    this.version = document.version;
    this.json = document.json;
    this.versionNumber = typeof this.json.version === 'number' ? this.json.version : undefined;
    this.#document = document;
    this.#graph = graph;
    this.#validators = validators;
  }

  validate(data: unknown): Validated {
    this.#check ??= this.#validators.compile(this.#document);
    return this.#check(data);
  }

  redactor(allowed: AllowedProperties): Redactor {
    return compileRedactor(this.#document, this.#graph, allowed);
  }
}

function firstOf(registered: readonly RegisteredSchema[]): RegisteredSchema {
  return registered[0] as RegisteredSchema;
}

function documentsOf(given: object | string, source: string): NamedDocument[] {
  return readSchemas(given, source).map(({ name, json }) => {
    const where =
      name === undefined || source === 'schema' ? source : `${source}, event ${name.slice(0, 300)}`;
    return { name, document: documentOf(json, where) };
  });
}

function documentOf(json: JsonSchema, source: string): SchemaDocument {
  const document = readDocument(json, source);
  const { check, formats } = metaSchemaOf(document.draft);
  if (check(json)) {
    sayUnknown(document, formats);
    return document;
  }
  const [error] = check.errors ?? [];
  check.errors = null;
  if (error === undefined) throw schemaInvalid(document.source, '', 'it is no JSON Schema');
  const { path: pointer, expected, got } = describeError(error, json);
  throw schemaInvalid(document.source, pointer, `wanted ${expected}, got ${got}`);
}

function documentsOfFile(file: string): NamedDocument[] {
  const source = `file ${path.resolve(file)}`;
  let text: string;
  try {
    if (statSync(file).size > MAX_SCHEMA_BYTES) throw schemaInvalid(source, '', 'it is larger than 1 MiB');
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof OtelEventsError) throw cause;
    throw schemaInvalid(source, '', `it cannot be read: ${(cause as { code?: string }).code}`, { cause });
  }
  return documentsOf(text, source);
}

function duplicate({ id, version, source }: SchemaDocument): OtelEventsError {
  const which = `version ${version.slice(0, 100)} of ${id.slice(0, 300)}`;
  return new OtelEventsError('SCHEMA_DUPLICATE', `${source}: ${which} is registered already`, {
    fix: 'give a changed schema a new version',
  });
}
