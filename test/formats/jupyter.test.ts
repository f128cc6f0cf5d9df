// Beside what jupyter-telemetry and jupyter_events themselves made of the same calls: see test/fixtures/originals.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type JupyterPayload, jupyter } from '../../src/formats/jupyter.ts';
import { OtelEventsError } from '../../src/index.ts';
import { type TestLogger, testLogger } from '../../src/testing.ts';
import { casesOf, nanosOf } from './originals.ts';

type Data = Readonly<Record<string, unknown>>;

interface Input {
  readonly schemas: readonly (object | string)[];
  readonly allowedSchemas?: readonly string[];
  readonly modifiers?: readonly { schemaId?: string; set: Data; remove?: readonly string[] }[];
  readonly records: readonly {
    schemaId: string;
    version?: string | number;
    event: Data;
    timestamp: string;
  }[];
}

interface Output {
  readonly registered: readonly { readonly error?: string }[];
  readonly recorded: readonly {
    readonly error?: string;
    readonly warnings?: readonly string[];
    readonly lines: readonly JupyterPayload[];
  }[];
}

/** What the originals do and nobody wants; each has a test of its own below. */
const MENDED: Readonly<Record<string, readonly string[]>> = {
  'jupyter-telemetry': [
    'without a handler nothing is checked',
    'keys of an event overwrite what is around it',
    'a key called message is lost',
    'a format is not checked',
  ],
  'jupyter-events': [
    'a timestamp with an offset',
    'a version that is a number',
    'without a handler nothing is checked',
    'schemas that are refused',
    'keys of an event overwrite what is around it',
    'message is kept where the schema has it',
  ],
};

/** One call of the original, made here. */
interface Made {
  readonly error?: string;
  readonly lines: readonly JupyterPayload[];
}

/** The errors of the originals, and the warning of the newer one, by ours. */
const ERRORS: Readonly<Record<string, readonly string[]>> = {
  EVENT_INVALID: ['ValidationError'],
  SCHEMA_UNKNOWN: ['ValueError', 'SchemaNotRegistered'],
};

for (const fixture of ['jupyter-telemetry', 'jupyter-events']) {
  for (const { name, input, output } of casesOf<Input, Output>(fixture)) {
    if (MENDED[fixture]?.includes(name)) continue;
    test(`as ${fixture}: ${name}`, async () => {
      const events = loggerFor(input);
      for (const [index, schema] of input.schemas.entries()) {
        const { error } = output.registered[index] ?? assert.fail();
        const register = (): void => events.registerSchema(schema);
        if (error === undefined) register();
        else assert.throws(register, { name: 'OtelEventsError', code: /^SCHEMA_/ });
      }
      for (const [index, { error, warnings, lines }] of output.recorded.entries()) {
        const made = await record(events, input, index);
        const told = error ?? warnings?.[0];
        assert.deepEqual(made.lines, lines.map(expected));
        if (told === undefined) assert.equal(made.error, undefined);
        else assert.ok(ERRORS[made.error ?? '']?.includes(told), `${told} ${made.error}`);
      }
    });
  }
}

/** A message that nobody gave is not there. */
function expected({ message, ...line }: JupyterPayload): JupyterPayload {
  const given = message === '' || message === undefined ? {} : { message };
  return { ...line, ...given } as JupyterPayload;
}

function loggerFor({ allowedSchemas, modifiers = [] }: Input): TestLogger {
  const events = testLogger(allowedSchemas === undefined ? {} : { allowedSchemas });
  for (const { schemaId, set, remove = [] } of modifiers) {
    const modify = (_: string, data: Data): Data => {
      const kept = Object.entries(data).filter(([key]) => !remove.includes(key));
      return { ...Object.fromEntries(kept), ...set };
    };
    events.addModifier(modify, schemaId === undefined ? {} : { schemaId });
  }
  return events;
}

async function record(events: TestLogger, input: Input, index: number): Promise<Made> {
  const { schemaId, version, event, timestamp } = input.records[index] ?? assert.fail();
  const first = input.schemas.find((schema) => (schema as { $id?: string }).$id === schemaId);
  const { version: only = 1 } = (first ?? {}) as { version?: string | number };
  const before = events.records.length;
  try {
    const time = nanosOf(/(Z|[+-]\d\d:\d\d)$/.test(timestamp) ? timestamp : `${timestamp}Z`);
    events.record(schemaId, version ?? only, event, { timestamp: time });
  } catch (error) {
    assert.ok(error instanceof OtelEventsError, String(error));
    return { error: error.code, lines: [] };
  }
  await events.flush();
  return { lines: events.records.slice(before).map(jupyter) };
}

function caseOf(fixture: string, name: string): { readonly input: Input; readonly output: Output } {
  return casesOf<Input, Output>(fixture).find((each) => each.name === name) ?? assert.fail(name);
}

/** All calls of a case, made here. */
async function madeOf({ input }: { readonly input: Input }): Promise<readonly Made[]> {
  const events = loggerFor(input);
  for (const schema of input.schemas) events.registerSchema(schema);
  const made: Made[] = [];
  for (const index of input.records.keys()) made.push(await record(events, input, index));
  return made;
}

test('mended: a time has one zone, Z', async () => {
  const original = caseOf('jupyter-events', 'a timestamp with an offset');
  assert.equal(original.output.recorded[0]?.lines[0]?.__timestamp__, '2019-05-09T12:30:00.123456+00:00Z');
  const [made] = await madeOf(original);
  assert.equal(made?.lines[0]?.__timestamp__, '2019-05-09T12:30:00.123456Z');
});

test('mended: a version that is a number stays one', async () => {
  const original = caseOf('jupyter-events', 'a version that is a number');
  assert.equal(original.output.recorded[0]?.lines[0]?.__schema_version__, '1');
  const [made] = await madeOf(original);
  assert.equal(made?.lines[0]?.__schema_version__, 1);
});

test('mended: events are checked, whether somebody takes them or not', async () => {
  for (const fixture of ['jupyter-telemetry', 'jupyter-events']) {
    const original = caseOf(fixture, 'without a handler nothing is checked');
    assert.equal(original.output.recorded[0]?.error, undefined);
    assert.deepEqual(await madeOf(original), [{ error: 'EVENT_INVALID', lines: [] }]);
  }
});

test('mended: data cannot forge what is around them, and are not lost', async () => {
  const original = caseOf('jupyter-telemetry', 'keys of an event overwrite what is around it');
  assert.equal(original.output.recorded[0]?.lines[0]?.__schema__, 'forged');
  const [made] = await madeOf(original);
  assert.deepEqual(made?.lines, [
    {
      __timestamp__: '2019-05-09T12:30:00.123456Z',
      __schema__: 'example.org/event',
      __schema_version__: 1,
      __metadata_version__: 1,
      name: 'a',
      __data__: { __schema__: 'forged', __timestamp__: 'never' },
    },
  ]);
  const newer = caseOf('jupyter-events', 'keys of an event overwrite what is around it');
  assert.deepEqual(newer.output.recorded[0]?.lines, [], 'it loses the event');
  const [line] = (await madeOf(newer))[0]?.lines ?? [];
  assert.deepEqual(
    [line?.__schema__, line?.__data__],
    ['http://example.org/event', { __schema__: 'forged' }],
  );
});

test('mended: a key called message stays, whether the schema has it or not', async () => {
  const original = caseOf('jupyter-telemetry', 'a key called message is lost');
  assert.equal(original.output.recorded[0]?.lines[0]?.message, undefined);
  assert.equal((await madeOf(original))[0]?.lines[0]?.message, 'text');
});

test('mended: a message stays in the newer original too, and nothing else changes', async () => {
  const original = caseOf('jupyter-events', 'message is kept where the schema has it');
  const messages = (made: readonly Made[]) => made.map(({ lines }) => lines[0]?.message);
  assert.deepEqual(messages(original.output.recorded), ['text', undefined]);
  assert.deepEqual(messages(await madeOf(original)), ['text', 'text']);
});

test('mended: keywords of a schema that make no sense are refused', async () => {
  const { input, output } = caseOf('jupyter-events', 'schemas that are refused');
  assert.deepEqual(
    output.registered.map(({ error }) => error !== undefined),
    [true, true, true, false, true],
  );
  for (const schema of input.schemas) {
    assert.throws(() => testLogger().registerSchema(schema), { code: 'SCHEMA_INVALID' });
  }
});

test('mended: formats are checked', async () => {
  const original = caseOf('jupyter-telemetry', 'a format is not checked');
  assert.equal(original.output.recorded[0]?.error, undefined);
  assert.deepEqual(await madeOf(original), [{ error: 'EVENT_INVALID', lines: [] }]);
});

test('an event without a schema has its name for one, and no version', async () => {
  const events = testLogger();
  const data = { a: 1, bytes: Uint8Array.of(1, 2, 255), nan: Number.NaN, __x: 2, __data__: 3 };
  events.log('cart.opened', data, { timestamp: 1_557_405_000_000 });
  await events.flush();
  assert.deepEqual(events.records.map(jupyter), [
    {
      __timestamp__: '2019-05-09T12:30:00Z',
      __schema__: 'cart.opened',
      __schema_version__: null,
      __metadata_version__: 1,
      a: 1,
      bytes: 'AQL/',
      nan: 'NaN',
      __data__: { __x: 2, __data__: 3 },
    },
  ]);
});
