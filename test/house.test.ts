import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { folderOf, roomOf, type Source, sourcesIn } from '../scripts/sources-in.ts';

const src = path.join(import.meta.dirname, '..', 'src');

/** What every room may import. */
const FOR_ALL = [
  'bounded-list.ts',
  'channels.ts',
  'counted.ts',
  'delivery-options.ts',
  'epoch-time.ts',
  'errors.ts',
  'escape-controls.ts',
  'escape-reg-exp.ts',
  'event.ts',
  'first-units.ts',
  'gather-bytes.ts',
  'is-plain-object.ts',
  'is-plain.ts',
  'is-thenable.ts',
  'issue.ts',
  'kind-of.ts',
  'make-directory.ts',
  'nanos-to-ms.ts',
  'nearest-name.ts',
  'node-http.ts',
  'node-util.ts',
  'options.ts',
  'pattern-cost.ts',
  'pause.ts',
  'process-wide.ts',
  'read-yaml-document.ts',
  'require-beside.ts',
  'step-to.ts',
  'sync-to-disk.ts',
  'time.ts',
  'to-buffer.ts',
  'version.ts',
  'within-time.ts',
  'without-fix.ts',
  'worker-beside.ts',
  'xxh32.ts',
];

/** What each room may import beside that; a room's own files always. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  otlp: [],
  spool: ['otlp'],
  formats: ['otlp'],
  processors: ['otlp'],
  redact: ['otlp'],
  schema: ['otlp', 'redact'],
  quarantine: ['otlp', 'spool', 'schema'],
  exporters: ['otlp', 'formats', 'spool', 'processors'],
  delivery: ['otlp', 'spool', 'exporters', 'processors'],
  otel: ['otlp', 'spool', 'delivery'],
  logger: ['otlp', 'exporters', 'delivery', 'otel', 'processors', 'redact', 'schema'],
  serve: [],
  middleware: ['logger', 'formats', 'serve'],
  collector: ['otlp', 'spool', 'exporters', 'serve', 'viewer'],
  viewer: ['otlp', 'serve', 'schema', 'quarantine'],
  reconcile: ['otlp', 'viewer'],
  erase: ['otlp', 'redact', 'viewer', 'reconcile'],
  cli: [
    'otlp',
    'spool',
    'formats',
    'exporters',
    'delivery',
    'logger',
    'collector',
    'schema',
    'quarantine',
    'serve',
    'viewer',
    'reconcile',
    'erase',
  ],
};

/**
 * What the folders inside a room may import of each other; '' are the files beside them. Files beside the folders may
 * import all of these. A room that is not here has no inner walls yet.
 */
const INNER: Record<string, Record<string, readonly string[]>> = {
  otlp: {
    wire: [],
    values: ['wire'],
    event: ['wire', 'values'],
    emitted: ['wire'],
    sdk: ['wire', 'values', 'event'],
    http: ['wire'],
    grpc: ['wire', 'http'],
  },
  spool: {
    disk: [],
    log: ['disk'],
    owner: ['disk', 'log'],
    send: ['disk', 'log'],
    read: ['disk', 'log', 'owner'],
  },
  schema: {
    drafts: [],
    document: ['drafts'],
    personal: ['drafts', 'document'],
    compile: ['drafts', 'document'],
    read: ['drafts', 'document'],
    define: ['', 'drafts', 'document', 'personal', 'compile', 'read'],
    publish: ['drafts', 'document'],
  },
  delivery: { settings: [], resource: ['settings'], ledger: [], exporters: [] },
  otel: { metrics: [''], durable: ['', 'metrics'], stock: [''] },
  cli: {
    output: [],
    schema: ['', 'output'],
    spool: ['', 'output'],
    quarantine: ['', 'output', 'schema', 'spool'],
    events: ['', 'output'],
    demo: ['output', 'events'],
    reconcile: ['', 'output'],
    erase: ['', 'output', 'spool'],
  },
  logger: { context: [''], llm: [''] },
  collector: {
    auth: [],
    ottl: [],
    config: ['', 'ottl'],
    files: [''],
    queue: ['', 'config'],
    grpc: ['', 'auth'],
    count: ['', 'ottl'],
    'span-metrics': [''],
    counts: [''],
    prometheus: ['', 'ottl', 'counts'],
    telemetry: ['', 'config', 'counts', 'prometheus', 'components'],
    components: [
      '',
      'auth',
      'config',
      'files',
      'queue',
      'grpc',
      'count',
      'ottl',
      'counts',
      'prometheus',
      'span-metrics',
    ],
  },
  reconcile: { stores: [''] },
  viewer: {
    query: [],
    store: ['query'],
    files: ['store'],
    table: ['query', 'store'],
    mcp: ['query', 'store'],
    schemas: ['store'],
    page: ['query', 'store', 'schemas'],
    api: ['', 'query', 'store', 'table', 'mcp', 'schemas'],
  },
};

/** Root files and what they may import; `testing.ts` is the public test kit and may import anything. */
const ROOT_MAY_IMPORT: Record<string, readonly string[]> = {
  'index.ts': ['logger', 'delivery', 'otel', 'otlp', 'exporters'],
  'bounded-list.ts': [],
  'channels.ts': [],
  'counted.ts': [],
  'delivery-options.ts': ['errors.ts', 'options.ts'],
  'epoch-time.ts': ['event.ts'],
  'errors.ts': [],
  'escape-controls.ts': [],
  'escape-reg-exp.ts': [],
  'event.ts': [],
  'first-units.ts': [],
  'gather-bytes.ts': [],
  'is-plain-object.ts': [],
  'is-plain.ts': [],
  'is-thenable.ts': [],
  'issue.ts': [],
  'kind-of.ts': [],
  'make-directory.ts': [],
  'nanos-to-ms.ts': [],
  'nearest-name.ts': [],
  'node-http.ts': [],
  'node-util.ts': [],
  'options.ts': ['bounded-list.ts', 'errors.ts', 'kind-of.ts', 'nearest-name.ts'],
  'pattern-cost.ts': [],
  'pause.ts': ['time.ts'],
  'process-wide.ts': [],
  'read-yaml-document.ts': [],
  'register.ts': ['logger', 'otel'],
  'require-beside.ts': [],
  'step-to.ts': [],
  'sync-to-disk.ts': [],
  'time.ts': [],
  'to-buffer.ts': [],
  'version.ts': ['errors.ts'],
  'within-time.ts': [],
  'without-fix.ts': ['errors.ts'],
  'worker-beside.ts': [],
  'xxh32.ts': [],
  'testing.ts': Object.keys(MAY_IMPORT),
};

const DRAWERS = ['utils', 'util', 'shared', 'helpers', 'types', 'common', 'misc', 'lib'];

const sources: readonly Source[] = sourcesIn(src);

test('there are sources to check', () => {
  assert.ok(sources.length > 10, `found ${sources.length}`);
});

test('every room is listed, and imports only go the way the table says', () => {
  const wrong: string[] = [];
  for (const { file, imports } of sources) {
    const room = roomOf(file);
    const allowed = room === '' ? ROOT_MAY_IMPORT[file] : MAY_IMPORT[room];
    if (allowed === undefined) {
      wrong.push(`${file}: ${room === '' ? 'root file' : `room ${room}/`} is not in the table`);
      continue;
    }
    for (const target of imports) {
      const targetRoom = roomOf(target);
      const fine =
        targetRoom === ''
          ? FOR_ALL.includes(target) || room === ''
          : targetRoom === room || allowed.includes(targetRoom);
      if (!fine) wrong.push(`${file} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('the folders of a room import each other only the way the table says', () => {
  const wrong: string[] = [];
  for (const { file, imports } of sources) {
    const room = roomOf(file);
    const walls = INNER[room];
    const folder = folderOf(file);
    if (walls === undefined || folder === '') continue;
    const allowed = walls[folder];
    if (allowed === undefined) wrong.push(`${file}: folder ${room}/${folder}/ is not in the table`);
    for (const target of imports.filter((one) => roomOf(one) === room)) {
      const there = folderOf(target);
      if (there !== folder && allowed?.includes(there) === false) wrong.push(`${file} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
  const named = Object.entries(INNER).flatMap(([room, walls]) =>
    Object.keys(walls).map((one) => `${room}/${one}/`),
  );
  const empty = named.filter((folder) => !sources.some(({ file }) => file.startsWith(folder)));
  assert.deepEqual(empty, [], 'folders of the table that are not there');
});

test('what is published of schemas is for commands only', () => {
  const wrong = sources
    .filter(({ file }) => !file.startsWith('cli/') && !file.startsWith('schema/publish/'))
    .filter(({ imports }) => imports.some((target) => target.startsWith('schema/publish/')))
    .map(({ file }) => file);
  assert.deepEqual(wrong, []);
});

test('no room imports the front door', () => {
  const wrong = sources.filter(({ imports }) => imports.includes('index.ts')).map(({ file }) => file);
  assert.deepEqual(wrong, []);
});

test('only otel/sdk.ts imports OpenTelemetry packages beside the api', () => {
  const wrong = sources
    .filter(({ file, text }) => file !== 'otel/sdk.ts' && /from '@opentelemetry\/(?!api')/.test(text))
    .map(({ file }) => file);
  assert.deepEqual(wrong, []);
});

test('what runs in an app takes its timers from time.ts, which tests of the app do not fake', () => {
  const bare =
    /(?<![\w.#])(setTimeout|setInterval|setImmediate|clearTimeout|clearInterval)\(|(?<![\w.#])performance\./;
  const wrong = sources
    .filter(({ file, text }) => {
      if (/^(?:cli|viewer\/page)\//.test(file) || file === 'time.ts') return false;
      const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      return bare.test(code) && !/from '[./]*\/time\.ts'/.test(text);
    })
    .map(({ file }) => file);
  assert.deepEqual(wrong, []);
});

test('directories are made by makeDirectory: Node makes parents in a way that may never end', () => {
  const wrong = sources
    .filter(({ file }) => file !== 'make-directory.ts')
    .filter(({ text }) => /\bmkdir(?:Sync)?\([^;]*\brecursive\b/.test(text))
    .map(({ file }) => file);
  assert.deepEqual(wrong, []);
});

test('there are no import cycles', () => {
  const byFile = new Map(sources.map((source) => [source.file, source]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
    if (done.has(file) || trail.includes(file)) return;
    for (const target of byFile.get(file)?.imports ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const { file } of sources) visit(file, []);
  assert.deepEqual(cycles, []);
});

test('there are no drawers', () => {
  const wrong = sources.filter(({ file }) =>
    file.split('/').some((part) => DRAWERS.includes(part.replace(/\.tsx?$/, ''))),
  );
  assert.deepEqual(
    wrong.map(({ file }) => file),
    [],
  );
});

test('no source file is longer than 400 lines', () => {
  const long = sources
    .map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > 400);
  assert.deepEqual(long, []);
});
