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

/** The systems that are followed so far. */
export const ORIGINALS: readonly Original[] = [
  {
    name: 'LEIP Events',
    source: 'Read off its document; there is no public source.',
    rows: leip,
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
