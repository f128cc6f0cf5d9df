import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { OtelEventsError } from '../../src/errors.ts';
import { SchemaRegistry } from '../../src/schema/registry.ts';

/** What the originals made of schemas and events. */
interface Fixture {
  readonly cases: readonly {
    readonly name: string;
    readonly input: {
      readonly schemas: readonly (object | string)[];
      readonly records: readonly {
        readonly schemaId: string;
        readonly version?: string | number;
        readonly event?: unknown;
        readonly data?: unknown;
      }[];
      readonly modifiers?: unknown;
    };
    readonly output: {
      readonly registered: readonly { readonly error?: string }[];
      readonly recorded: readonly { readonly error?: string; readonly lines: readonly unknown[] }[];
    };
  }[];
}

function fixture(name: string): Fixture {
  const file = path.join(import.meta.dirname, '..', 'fixtures', 'originals', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

function isRefused(register: () => unknown): boolean {
  try {
    register();
    return false;
  } catch (error) {
    assert.ok(error instanceof OtelEventsError);
    return true;
  }
}

/** Where the registry takes what the original refuses, or refuses what the original takes. */
function differences({ cases }: Fixture): string[] {
  const found: string[] = [];
  for (const { name, input, output } of cases) {
    const registry = new SchemaRegistry();
    input.schemas.forEach((schema, index) => {
      const refused = isRefused(() => registry.register(schema));
      const original = output.registered[index]?.error !== undefined;
      if (refused !== original) found.push(`${name}: schema ${index} ${refused ? 'refused' : 'taken'}`);
    });
    if (input.modifiers !== undefined) continue;
    input.records.forEach(({ schemaId, version, event, data }, index) => {
      const schema = registry.get(schemaId, version);
      const original = output.recorded[index]?.error !== undefined;
      if (schema === undefined) return;
      const refused = schema.validate(event ?? data).issues !== undefined;
      if (refused !== original) found.push(`${name}: event ${index} ${refused ? 'refused' : 'taken'}`);
    });
  }
  return found;
}

/** The original checks nothing if the schema is not allowed or nobody listens, and no formats in this version. */
const MORE_STRICT_THAN_TELEMETRY = [
  'a schema that is not allowed: event 1 refused',
  'without a handler nothing is checked: event 0 refused',
  'a format is not checked: event 0 refused',
];

/** The original lets `type: nothing` pass. */
const MORE_STRICT_THAN_EVENTS = [
  'without a handler nothing is checked: event 0 refused',
  'schemas that are refused: schema 3 refused',
];

test('schemas and events of jupyter-telemetry are taken and refused as there, but for its defects', () => {
  assert.deepEqual(differences(fixture('jupyter-telemetry')), MORE_STRICT_THAN_TELEMETRY);
});

test('schemas and events of jupyter_events are taken and refused as there, but for its defects', () => {
  assert.deepEqual(differences(fixture('jupyter-events')), MORE_STRICT_THAN_EVENTS);
});

test('the example of the documentation', () => {
  const schema = new SchemaRegistry().register({
    $id: 'url.to.event.schema',
    title: 'My Event',
    description: 'All events must have a name property.',
    type: 'object',
    properties: { name: { title: 'Name', description: 'Name of event', type: 'string' } },
    required: ['name'],
    version: 1,
  });
  assert.deepEqual(schema.validate({ name: 'example event' }), { value: { name: 'example event' } });
  assert.deepEqual(schema.validate({}), { issues: [{ path: '/name', expected: 'a value', got: 'nothing' }] });
});
