/** One behaviour of an original, and the tests that show what becomes of it here. */
export interface Row {
  readonly original: string;
  /** Default: the same. */
  readonly here?: string;
  /** Whether the original's behaviour loses or falsifies events. */
  readonly mended?: boolean;
  /** File, and a part of the title. */
  readonly tests: readonly (readonly [file: string, title: string])[];
}

/** One of the four systems. */
export interface Original {
  readonly name: string;
  /** Where its behaviour was read off. */
  readonly source: string;
  readonly rows: readonly Row[];
}

const LEIP = 'test/logger/leip.test.ts';
const EDX = 'test/formats/edx.test.ts';
const TRUBRICS = 'test/formats/trubrics.test.ts';
const SEGMENT = 'test/formats/segment.test.ts';
const HTTP = 'test/exporters/http.test.ts';
const CONTEXTS = 'test/logger/contexts.test.ts';
const ROUTING = 'test/logger/routing.test.ts';
const SESSIONS = 'test/logger/sessions.test.ts';
const LLM = 'test/logger/llm.test.ts';
const REQUEST = 'test/middleware/request-context.test.ts';
const REQUEST_EVENT = 'test/middleware/request-event.test.ts';
const CONCURRENCY = 'test/middleware/concurrency.test.ts';
const RECORD = 'test/logger/record.test.ts';
const HEARD = 'test/logger/listeners.test.ts';
const REGISTRY = 'test/schema/registry.test.ts';
const VALIDATE = 'test/schema/validate.test.ts';
const REDACTOR = 'test/schema/redactor.test.ts';
const JUPYTER = 'test/formats/jupyter.test.ts';
const EVENTS_API = 'test/middleware/events-api.test.ts';
const MONGODB = 'test/services/mongodb.test.ts';

const leip: readonly Row[] = [
  {
    original: '`App(id, name, version, container_version, org_name, org_url)`',
    here: 'the same, as resource attributes; no default organisation',
    tests: [
      [LEIP, 'log: the payload has every field'],
      [LEIP, 'log: what is not set is null'],
    ],
  },
  {
    original: '`EventLogger(…)`: its settings can be read as attributes',
    tests: [
      [LEIP, 'the attributes of the logger can be read'],
      [LEIP, 'the defaults of the attributes'],
    ],
  },
  {
    original: '`EventLogger.from_json_file(path)`',
    here: '`fromJsonFile`: snake_case and camelCase; an unknown key is an error that names file and key',
    tests: [
      [LEIP, 'fromJsonFile: snake_case and camelCase'],
      [LEIP, 'fromJsonFile: what is wrong'],
    ],
  },
  {
    original: '`log(name, category, tags, output_path, **data)` and its payload',
    here: 'the same payload in the format `leip`',
    tests: [
      [LEIP, 'log: the payload has every field'],
      [LEIP, 'tags of logger and call'],
    ],
  },
  {
    original: '`track(…)` emits at the end with `stats`: start, end, duration',
    here: 'the same, and a span',
    tests: [
      [LEIP, 'track: emits at the end'],
      ['test/path/own-pipelines.test.ts', 'a scope is a span'],
    ],
  },
  {
    original: 'the session of `track` is merged with the logger’s and inherited by every event inside',
    tests: [
      [LEIP, 'track: the session is merged'],
      ['test/logger/scopes.test.ts', '200 concurrent scopes'],
    ],
  },
  {
    original: '`event.add()` adds data until the end',
    here: '`scope.add()`',
    tests: [[LEIP, 'track: emits at the end']],
  },
  {
    original: 'a body that throws',
    here: 'is emitted with its error, and rethrown',
    tests: [[LEIP, 'track: a body that throws']],
  },
  {
    original:
      '`buffer_directory`, `buffer_limit`: one JSON file an event, the oldest goes after the new one is saved',
    tests: [
      [LEIP, 'bufferDirectory: is made'],
      [LEIP, 'bufferLimit: the oldest goes'],
    ],
  },
  {
    original: '`http_url`: each event as JSON with the given method and headers',
    here: 'the same, in order, and tried again until it is taken',
    mended: true,
    tests: [
      [LEIP, 'httpUrl: each event is one JSON request'],
      [LEIP, 'httpUrl: a failing endpoint'],
    ],
  },
  {
    original: '`output_path`: the event is saved as `results.json`',
    tests: [[LEIP, 'outputPath: the event is also saved']],
  },
];

const edx: readonly Row[] = [
  {
    original: '`get_tracker(name)`, `register_tracker(tracker, name)`; an unknown name is an error',
    here: '`getLogger`, `registerLogger`',
    tests: [['test/logger/options.test.ts', 'a registered logger is found by name']],
  },
  {
    original: '`emit(name, data)`: `{ name or "unknown", timestamp in UTC, data, context }`',
    here: '`log`, and the format `edx`',
    tests: [
      [EDX, 'as event-tracking: '],
      [EDX, 'mended: what the caller changes after the call'],
    ],
  },
  {
    original: 'data that are a text, a list or a number stay so; empty ones, `0` and `false` become `{}`',
    here: 'these too stay what they are',
    mended: true,
    tests: [
      [EDX, 'mended: data that are 0, false'],
      ['test/formats/bare-data.test.ts', 'so it has behind OTLP'],
    ],
  },
  {
    original:
      '`enter_context`, `exit_context`, `context`: a named stack, merged shallowly, the later wins, left on an exception',
    tests: [
      [EDX, 'as event-tracking: '],
      [CONTEXTS, 'contexts merge key by key'],
      [CONTEXTS, 'a context leaves when its callback throws'],
    ],
  },
  {
    original: 'a name that is entered anew keeps its old place; one name nested twice fails on exit',
    here: 'a plain stack',
    mended: true,
    tests: [
      [EDX, 'mended: a context that is entered anew'],
      [EDX, 'mended: a name can be nested in itself'],
      [CONTEXTS, 'one name can be entered twice'],
    ],
  },
  {
    original: 'contexts are thread-local, and so mixed up by asynchronous code',
    here: 'each request has its own, through awaits',
    mended: true,
    tests: [
      [CONTEXTS, '1,000 interleaved requests'],
      [CONCURRENCY, 'interleaved requests each see their own context'],
    ],
  },
  {
    original: 'backends: several, custom, isolated from each other; failures are logged',
    here: 'exporters, each with a queue of its own in the spool; failures are counted too',
    tests: [
      [ROUTING, 'each record of a route waits'],
      ['test/path/own-pipelines.test.ts', 'a burst of 20,000 events'],
    ],
  },
  {
    original:
      '`RoutingBackend(backends, processors)`, nestable; a processor keeps, replaces or drops, for its route only',
    here: '`route()`',
    tests: [[ROUTING, 'processors keep, replace or drop']],
  },
  {
    original: 'sibling routes share one event object, and see what the others change',
    here: 'each has a view of its own',
    mended: true,
    tests: [
      [ROUTING, 'what one route changes in place'],
      ['test/processors/processors.test.ts', 'a view is the event itself'],
    ],
  },
  {
    original: 'a failing processor is skipped',
    here: 'the same; counted, and said',
    tests: [[ROUTING, 'a processor that fails is passed over']],
  },
  {
    original:
      '`AsyncRoutingBackend`: work outside the request, retried; sinks that have an event do not get it again',
    here: 'all exporters work so',
    tests: [
      [ROUTING, 'each record of a route waits'],
      ['test/exporters/logger.test.ts', 'a logger that throws gets the event again'],
    ],
  },
  {
    original:
      'allow-list of names; regular expressions to allow and block, a bad one is an error at construction',
    here: '`allowNames`, `matchNames`; a pattern that never ends is stopped',
    tests: [
      ['test/processors/processors.test.ts', 'allowNames lets through'],
      ['test/processors/processors.test.ts', 'matchNames goes by patterns'],
      ['test/processors/processors.test.ts', 'a bad pattern'],
      ['test/processors/processors.test.ts', 'a pattern that backtracks'],
    ],
  },
  {
    original: '`LoggerBackend(name, max_event_size, level)`: one JSON line',
    here: '`loggerExporter`, for pino, winston and consoles',
    tests: [
      ['test/exporters/logger.test.ts', 'pino: a line of JSON'],
      ['test/exporters/logger.test.ts', 'winston: the same'],
    ],
  },
  {
    original: 'an event that is larger than `max_event_size` disappears in silence',
    here: 'rejected, counted, in the dead letters',
    mended: true,
    tests: [['test/exporters/logger.test.ts', 'mended: an event that is too large']],
  },
  {
    original:
      '`MongoBackend(host, …, database, collection, extra)`: one document an event, dates as dates, indexes',
    here: '`mongodbExporter`',
    tests: [[MONGODB, 'an event is a document as edX stored it']],
  },
  {
    original:
      'unacknowledged writes; an index on a field that is not there; dotted keys lose the event; `_id` leaks to siblings',
    here: 'acknowledged writes under the event’s id, so that a second one adds nothing, indexes on `timestamp` and `name`, keys escaped so that they can be restored',
    mended: true,
    tests: [
      [MONGODB, 'a batch that is sent again'],
      [MONGODB, 'killed during 20,000 events'],
      ['test/exporters/mongodb.test.ts', 'keys are escaped so that MongoDB takes them'],
    ],
  },
  {
    original: '`SegmentBackend`: maps user, client, ip, agent and page',
    here: 'the format `segment`; who has no user but a client is anonymous, not left out',
    tests: [
      [SEGMENT, 'as SegmentBackend: '],
      [SEGMENT, 'a client without a user is anonymous'],
      [SEGMENT, 'mended: '],
    ],
  },
  {
    original: 'Django’s settings tree of `{ENGINE, OPTIONS}`',
    here: '`fromJsonFile`: exporters, routes and processors by `type`',
    tests: [[LEIP, 'fromJsonFile: exporters, routes and processors']],
  },
  {
    original:
      'the middleware’s request context: session, user, ip, host, agent, path, referer, accept_language, client_id',
    here: 'the same for Express, Fastify, Koa, Hono and `node:http`, and a request id; what is not known is left out',
    tests: [
      [REQUEST, 'the context has edX'],
      [CONCURRENCY, 'interleaved requests each see their own context'],
    ],
  },
  {
    original: 'ignore patterns; a request event with passwords masked',
    tests: [
      [REQUEST_EVENT, 'ignored requests have no event'],
      [REQUEST_EVENT, 'query and body when asked for'],
    ],
  },
  {
    original: 'the body in a request event is cut at 512 characters, into JSON that is not valid',
    here: 'cut so that it stays valid',
    mended: true,
    tests: [[REQUEST_EVENT, 'a body cut to 512 bytes is valid JSON']],
  },
];

const trubrics: readonly Row[] = [
  {
    original: '`track(user_id, event, properties, timestamp)`: `{ user_id, event, properties, timestamp }`',
    here: '`log`, and the format `trubrics`',
    tests: [[TRUBRICS, 'as Trubrics: ']],
  },
  {
    original: '`track_llm(…)`: two events, Prompt and Generation; the user’s properties win',
    here: '`trackLlm`: one event and a span of the GenAI conventions, from which the format makes the two',
    tests: [
      [TRUBRICS, 'as Trubrics: '],
      [LLM, 'a call to a model is a client span'],
    ],
  },
  {
    original: '`thread_id` groups a conversation',
    here: '`threadId` is `gen_ai.conversation.id`',
    tests: [
      [TRUBRICS, 'the conversation is the thread'],
      [LLM, 'a call to a model is a client span'],
    ],
  },
  {
    original:
      'an array is posted to `/publish_events` with `x-api-key`, by count, by interval, by hand and at the end',
    tests: [
      [HTTP, 'trubrics: an array to publish_events'],
      [HTTP, 'trubrics: what trackLlm emits'],
    ],
  },
  {
    original: 'the interval is at least 1 s, a batch at most 100',
    tests: [[HTTP, 'trubrics: ']],
  },
  {
    original: 'one retry after 5 s, then the batch is dropped',
    here: 'retries do not give up',
    mended: true,
    tests: [[HTTP, 'trubrics, mended: a 503 for a while']],
  },
  {
    original: 'one value that is no JSON drops the batch',
    here: 'it is text; the batch goes',
    mended: true,
    tests: [
      [HTTP, 'trubrics, mended: one odd value'],
      [TRUBRICS, 'mended: one value that is no JSON'],
    ],
  },
  {
    original: 'a batch size of 0 wedges it',
    here: 'counts as 1',
    mended: true,
    tests: [[HTTP, 'trubrics, mended: a batch size of 0']],
  },
  {
    original: 'a session id for each user, a new one after 30 minutes without an event',
    here: '`sessions`, with `session.start` and `session.end`',
    tests: [
      [SESSIONS, 'events of a user share a session'],
      [SESSIONS, 'a session that idles ends'],
    ],
  },
  {
    original: 'the API key is for writing only',
    here: 'and shows up in no name, error or count',
    tests: [[HTTP, 'the key and credentials show up']],
  },
];

const jupyter: readonly Row[] = [
  {
    original:
      '`EventLog(handlers, allowed_schemas)`: handlers route JSON lines; of other schemas nothing is written',
    here: 'exporters, and `allowedSchemas`; what is not allowed is counted. Without the option all may be recorded',
    tests: [
      [RECORD, 'of a schema that is not allowed'],
      [JUPYTER, 'as $'],
    ],
  },
  {
    original: '`register_schema`, `register_schema_file`, text, URL; JSON or YAML',
    here: '`registerSchema`, `registerSchemaFile`, `registerSchemaUrl`',
    tests: [
      [REGISTRY, 'a schema may be an object, JSON text, YAML text'],
      [RECORD, 'versions live side by side'],
      ['test/schema/fetch-schema.test.ts', 'a schema is fetched and registered'],
    ],
  },
  {
    original:
      '`$id` and `version` are required, versions coexist, duplicates are errors, a property that starts with `__` is refused',
    tests: [
      [REGISTRY, 'what is no usable schema is refused'],
      [REGISTRY, 'versions live beside each other'],
      [REGISTRY, 'the same $id and version twice'],
    ],
  },
  {
    original: 'an invalid JSON Schema is an error; the newer library lets bad keywords pass',
    here: 'an error, misspelt keywords included',
    mended: true,
    tests: [
      [JUPYTER, 'mended: keywords of a schema that make no sense'],
      [REGISTRY, 'what is no usable schema is refused'],
    ],
  },
  {
    original: '`record_event(schema_id, version, event, timestamp_override)` validates, wraps and routes',
    here: '`record(schemaId, version, data, { timestamp })`, and the format `jupyter`',
    tests: [
      [JUPYTER, 'as $'],
      [RECORD, 'a recorded event has its schema'],
    ],
  },
  {
    original:
      'an invalid event is a `ValidationError`; an unregistered schema an error (old) or a warning (new)',
    here: '`EVENT_INVALID` with every failing path and no value; `SCHEMA_UNKNOWN`',
    tests: [
      [RECORD, 'an invalid event throws all failing paths'],
      [RECORD, 'a schema that is not registered'],
    ],
  },
  {
    original: 'without a handler nothing is checked',
    here: 'events are checked, whether somebody takes them or not',
    mended: true,
    tests: [[JUPYTER, 'mended: events are checked']],
  },
  {
    original:
      'the default timestamp of the newer library ends `+00:00Z`; data can overwrite the metadata around them',
    here: 'one zone, `Z`; data cannot forge what is around them',
    mended: true,
    tests: [
      [JUPYTER, 'mended: a time has one zone'],
      [JUPYTER, 'mended: data cannot forge'],
    ],
  },
  {
    original: '`date-time` and other formats are checked',
    tests: [
      [JUPYTER, 'mended: formats are checked'],
      [VALIDATE, 'every failing path is told'],
    ],
  },
  {
    original:
      'categories: a property is kept if ALL its categories are allowed, or its name is in `allowed_properties`, else it is null',
    tests: [
      [REDACTOR, 'a property is kept if all its categories'],
      [REDACTOR, 'a property named in allowedProperties'],
      [REDACTOR, 'what is denied and absent is null'],
      [RECORD, 'what is personal leaves only if'],
    ],
  },
  {
    original: '`anyOf`, `oneOf` and properties called `not` or `if` bypass the categories',
    here: 'nothing does',
    mended: true,
    tests: [
      [REDACTOR, 'no keyword lets a value by'],
      [REDACTOR, 'names of keywords are only names'],
      [REDACTOR, 'whatever the schema, no value leaves'],
    ],
  },
  {
    original:
      'modifiers change data before validation; one for all schemas covers only those registered before it',
    here: 'all, always',
    mended: true,
    tests: [
      [HEARD, 'modifiers change data before they are checked'],
      [HEARD, 'what a modifier makes'],
    ],
  },
  {
    original:
      'listeners: asynchronous, for one schema or all, on modified or raw data, isolated, awaited by `gather_listeners`',
    here: '`addListener`, `settled()`; redacted in any case',
    tests: [
      [HEARD, 'listeners hear of events'],
      [HEARD, 'listeners are isolated'],
      [HEARD, 'the rules of redact hold'],
    ],
  },
  {
    original: 'models: typed classes from which the schema is derived',
    here: '`defineEvent`, with any Standard Schema',
    tests: [
      [RECORD, 'of a defined event'],
      [RECORD, 'log and track do not throw for invalid data'],
    ],
  },
  {
    original: 'the handler strips `message` unless the schema declares it',
    here: 'a key of the data called `message` stays',
    mended: true,
    tests: [[JUPYTER, 'mended: a key called message stays']],
  },
  {
    original: '`validate SCHEMA` prints it; exit status 0 valid, 1 invalid, 2 unreadable',
    here: '`otel-events validate`',
    tests: [
      ['test/cli/schema-validate.test.ts', 'a valid schema is printed'],
      ['test/cli/schema-validate.test.ts', 'an invalid schema is 1'],
    ],
  },
  {
    original: 'fixtures for tests: a sink, a logger, a reader of emitted events',
    here: '`otel-events/testing`',
    tests: [['test/testing.test.ts', 'testLogger keeps what it emitted']],
  },
  {
    original: 'Jupyter Server: `POST /api/events` is 204 or 400, a WebSocket streams events',
    here: '`eventsApi`; server-sent events instead of a WebSocket',
    tests: [
      [EVENTS_API, 'an event that fits its schema is recorded'],
      [EVENTS_API, 'what is wrong is told with its path'],
      [EVENTS_API, 'the stream has recorded events'],
    ],
  },
];

/** The systems that are followed. */
export const ORIGINALS: readonly Original[] = [
  {
    name: 'LEIP Events',
    source: 'Read off its document; there is no public source.',
    rows: leip,
  },
  {
    name: 'jupyter-telemetry and jupyter_events',
    source:
      'Compared with what jupyter-telemetry 0.1.0 and jupyter-events 0.12.1 write, in `test/fixtures/originals`. No release on PyPI has the categories of the development version: those were read off its documents.',
    rows: jupyter,
  },
  {
    name: 'edX event-tracking',
    source:
      'Compared with what event-tracking 4.0.2 emits, in `test/fixtures/originals`; only its behaviour was followed.',
    rows: edx,
  },
  {
    name: 'Trubrics',
    source:
      'Compared with what trubrics 1.8.5 sends, in `test/fixtures/originals`; the two events of `track_llm` with 1.8.2, the last version that sends two.',
    rows: trubrics,
  },
];
