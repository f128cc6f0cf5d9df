import { OtelEventsError } from '../errors.ts';
import type { EventSchema } from '../event.ts';
import type { Issue, Validated } from '../issue.ts';
import { isList } from '../kind-of.ts';
import { copyFields } from '../otlp/event/copy-fields.ts';
import { requireBeside } from '../require-beside.ts';
import type { DefinedEvent, OnInvalid } from '../schema/define/defined-event.ts';
import { isDefinedEvent } from '../schema/define/is-defined-event.ts';
import type { AllowedProperties, AllowedSchemas } from '../schema/personal/allowed-schemas.ts';
import type { RegisteredSchema } from '../schema/registered-schema.ts';
import type { SchemaRegistry } from '../schema/registry.ts';
import { issuesInWords } from './issues-in-words.ts';
import type { Listeners } from './listeners.ts';
import type { LogOptions, Severity } from './options.ts';

type Data = Readonly<Record<string, unknown>>;

/** What an event is checked by. */
export interface Subject {
  /** The event's name. */
  readonly name: string;
  readonly schemaId: string;
  readonly version: string;
  readonly onInvalid: OnInvalid | undefined;
  /** What its definition says of its events. */
  readonly options: LogOptions | undefined;
  /** Of its valid events. */
  readonly schema: EventSchema;
  /** Undefined: its library cannot tell a JSON Schema, so nothing in it can be known to be personal. */
  readonly registered: RegisteredSchema | undefined;
  readonly validate: (data: unknown) => Validated;
}

/** What becomes of an event. */
export type Verdict =
  /** Its schema is not among those that may be recorded. */
  | { readonly kind: 'not allowed' }
  /** It goes out, if need be with what is wrong in it. */
  | { readonly kind: 'emit' | 'quarantine'; readonly data: Data; readonly schema: EventSchema };

/** How a {@link Schemas} works. */
export interface SchemasOptions {
  /** Undefined: all that are registered. */
  readonly allowed: AllowedSchemas | undefined;
  /** For events whose definition does not say. */
  readonly onInvalid: OnInvalid | undefined;
  readonly listeners: Listeners;
  /** The rules of the option `redact`, for what listeners hear; events go through them later. */
  readonly redactHeard: (data: Data) => Data;
}

/** Checks the events of a logger family against their schemas, and takes out of them what must not leave. */
export class Schemas {
  #registry: SchemaRegistry | undefined;
  readonly listeners: Listeners;
  readonly #allowed: AllowedSchemas | undefined;
  readonly #onInvalid: OnInvalid | undefined;
  readonly #redactHeard: (data: Data) => Data;
  readonly #defined = new WeakMap<DefinedEvent, Subject>();
  readonly #redactors = new WeakMap<RegisteredSchema, (data: Data) => Data>();

  constructor({ allowed, onInvalid, listeners, redactHeard }: SchemasOptions) {
    this.#redactHeard = redactHeard;
    this.listeners = listeners;
    this.#allowed = allowed;
    this.#onInvalid = onInvalid;
  }

  /** Loaded when it is first needed: most apps have events without schemas. */
  get registry(): SchemaRegistry {
    if (this.#registry === undefined) {
      const file = '../schema/registry';
      const loaded = requireBeside<typeof import('../schema/registry.ts')>(import.meta, file);
      this.#registry = new loaded.SchemaRegistry();
    }
    return this.#registry;
  }

  /** Makes a schema known: a definition, a JSON Schema, or the path of a file. */
  add(schema: DefinedEvent | object | string): void {
    if (isDefinedEvent(schema)) this.defined(schema);
    else if (typeof schema === 'string') this.registry.registerFile(schema);
    else this.registry.register(schema);
  }

  /** @throws OtelEventsError `SCHEMA_UNKNOWN` */
  registered(id: string, version: string | number | undefined): Subject {
    if (typeof version === 'object') {
      const fix = 'record(id, version, data): where an id comes first, the version comes before the data';
      throw new OtelEventsError('SCHEMA_UNKNOWN', `record of ${id}: wanted a version, got an object`, {
        fix,
      });
    }
    const schema = this.registry.get(id, version);
    if (schema !== undefined) return subjectOf(schema);
    const others = this.registry.all
      .filter((each) => each.id === id || each.name === id)
      .map((each) => each.version);
    const which = version === undefined ? '' : `, version ${version}`;
    const fix =
      others.length > 0 ? `registered are the versions ${others.join(', ')}` : 'call registerSchema first';
    throw new OtelEventsError('SCHEMA_UNKNOWN', `no schema is registered as ${id}${which}`, { fix });
  }

  /**
   * What an event of this name is checked by: a defined event, or the schema that is registered under a text. A text that
   * names a schema is no way past what that schema says of personal data.
   */
  subjectOf(name: unknown): Subject | undefined {
    if (typeof name === 'object') return isDefinedEvent(name) ? this.defined(name) : undefined;
    if (this.#registry === undefined || typeof name !== 'string') return undefined;
    const schema = this.#registry.get(name);
    return schema && subjectOf(schema);
  }

  /** The subject of a defined event; what is registered under its id and version comes before its own schema. */
  defined(event: DefinedEvent): Subject {
    let subject = this.#defined.get(event);
    if (subject === undefined) {
      subject = this.#toSubject(event);
      this.#defined.set(event, subject);
    }
    return subject;
  }

  /**
   * Modifies, checks and redacts; listeners hear of it.
   * @param fallback - what to do with invalid data if nobody has said
   * @throws OtelEventsError `EVENT_INVALID` with `issues`, if that is `throw`; `SCHEMA_ASYNC`, `SCHEMA_INVALID`
   */
  check(subject: Subject, given: unknown, logger: object, fallback: OnInvalid): Verdict {
    const { schemaId } = subject;
    const allowed = this.#allowedOf(schemaId);
    if (allowed === undefined) return { kind: 'not allowed' };
    const redact = this.#redactorOf(subject, allowed);
    const isMap = typeof given === 'object' && given !== null && !isList(given);
    const raw = isMap ? (given as Data) : {};
    if (this.listeners.hasRaw(schemaId)) this.#tell(logger, subject, redact(raw), true);
    const data = isMap ? this.listeners.modified(schemaId, raw) : given;
    const { value, issues } = validated(subject, data);
    if (issues === undefined) {
      const kept = redact(value);
      this.#tell(logger, subject, kept, false);
      return { kind: 'emit', data: kept, schema: subject.schema };
    }
    const policy = subject.onInvalid ?? this.#onInvalid ?? fallback;
    if (policy === 'throw') throw invalid(subject, issues);
    const kept = isMap ? redact(data as Data) : {};
    const schema = { ...subject.schema, issues };
    if (policy === 'mark') return { kind: 'emit', data: kept, schema };
    return { kind: 'quarantine', data: withoutUndeclared(kept, subject.registered), schema };
  }

  #tell(logger: object, subject: Subject, data: Data, raw: boolean): void {
    if (this.listeners.areNone) return;
    this.listeners.tell(logger, subject, this.#redactHeard(data), raw);
  }

  #toSubject(event: DefinedEvent): Subject {
    const { name, schemaId, version, versionNumber, onInvalid, jsonSchema, category, severity } = event;
    const registered =
      this.registry.get(schemaId, version) ?? (jsonSchema && this.registry.register(jsonSchema));
    const validate =
      event.isStandard || registered === undefined
        ? event.validate
        : (data: unknown) => registered.validate(data);
    const options = {
      ...(category !== undefined && { category }),
      // A name that is none is said when it is used.
      ...(severity !== undefined && { severity: severity as Severity }),
    };
    const number = registered === undefined ? versionNumber : registered.versionNumber;
    const schema = { id: schemaId, version, versionNumber: number, issues: [] };
    return { name, schemaId, version, onInvalid, options, schema, registered, validate };
  }

  #allowedOf(id: string): AllowedProperties | undefined {
    if (this.#allowed === undefined) return NOTHING_PERSONAL;
    if (Array.isArray(this.#allowed)) return this.#allowed.includes(id) ? NOTHING_PERSONAL : undefined;
    const allowed = this.#allowed as Readonly<Record<string, AllowedProperties>>;
    return Object.hasOwn(allowed, id) ? allowed[id] : undefined;
  }

  #redactorOf({ registered }: Subject, allowed: AllowedProperties): (data: Data) => Data {
    if (registered === undefined) return (data) => data;
    let redactor = this.#redactors.get(registered);
    if (redactor === undefined) {
      redactor = withCare(registered.redactor(allowed));
      this.#redactors.set(registered, redactor);
    }
    return redactor;
  }
}

const NOTHING_PERSONAL: AllowedProperties = {};

/** Data that were not checked, or not by us, may throw when they are read: they are read again with care. */
function withCare(redact: (data: Data) => Data): (data: Data) => Data {
  return (data) => {
    try {
      return redact(data);
    } catch (error) {
      if (error instanceof OtelEventsError) throw error;
      return redact(copyFields(data));
    }
  };
}

const subjects = new WeakMap<RegisteredSchema, Subject>();

function subjectOf(registered: RegisteredSchema): Subject {
  let subject = subjects.get(registered);
  if (subject === undefined) {
    const { name, id, version, versionNumber } = registered;
    const validate = (data: unknown): Validated => registered.validate(data);
    const schema = { id, version, versionNumber, issues: [] };
    const nothing = { onInvalid: undefined, options: undefined };
    subject = { name, schemaId: id, version, ...nothing, schema, registered, validate };
    subjects.set(registered, subject);
  }
  return subject;
}

/** What the schema does not know may be anything, personal data too: its names stay, to be looked at. */
function withoutUndeclared(data: Data, registered: RegisteredSchema | undefined): Data {
  const declared = registered?.json.properties;
  if (typeof declared !== 'object' || declared === null) return data;
  const mask = ([key, value]: [string, unknown]): [string, unknown] => [
    key,
    Object.hasOwn(declared, key) ? value : null,
  ];
  return Object.fromEntries(Object.entries(data).map(mask));
}

/** A schema whose checks throw, by a getter of the data or a defect of its own, has not found the data good. */
function validated(
  subject: Subject,
  data: unknown,
): { value: Data; issues?: undefined } | { issues: readonly Issue[]; value?: undefined } {
  try {
    const result = subject.validate(data);
    return result.issues === undefined ? { value: result.value } : { issues: result.issues };
  } catch (cause) {
    if (cause instanceof OtelEventsError) throw cause;
    return { issues: [{ path: '', expected: 'data that can be checked', got: 'data that threw' }] };
  }
}

function invalid({ name, version }: Subject, issues: readonly Issue[]): OtelEventsError {
  const message = `${name} (version ${version}) is not valid: ${issuesInWords(issues)}`;
  return new OtelEventsError('EVENT_INVALID', message, { issues });
}
