// Routes and processors beside what event-tracking's RoutingBackend made of the same: see test/fixtures/originals.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { route } from '../../src/exporters/route.ts';
import { type EdxPayload, edx } from '../../src/formats/edx.ts';
import { EventLogger } from '../../src/index.ts';
import { allowNames, matchNames, type Processor } from '../../src/processors/index.ts';
import { memoryExporter } from '../../src/testing.ts';
import type { EdxInput } from './edx-steps.ts';
import { casesOf, nanosOf } from './originals.ts';

/** A processor, as the program that runs the original makes it. */
interface Spec {
  readonly allow?: readonly string[];
  readonly regex?: { readonly type: 'allowlist' | 'blocklist'; readonly patterns: readonly string[] };
  readonly rename?: string;
  readonly add?: Readonly<Record<string, unknown>>;
  readonly drop?: string;
}

interface Input extends EdxInput {
  readonly processors?: readonly Spec[];
  readonly routes?: Readonly<Record<string, { readonly processors?: readonly Spec[] }>>;
}

interface Output {
  readonly sent: readonly EdxPayload[] | Readonly<Record<string, readonly EdxPayload[]>>;
}

function processorOf({ allow, regex, rename, add, drop }: Spec): Processor {
  if (allow !== undefined) return allowNames([...allow]);
  if (regex !== undefined) {
    // Python's `match` looks from the start of the name.
    const patterns = regex.patterns.map((pattern) => new RegExp(`^(?:${pattern})`));
    return matchNames(regex.type === 'allowlist' ? { allow: patterns } : { block: patterns });
  }
  if (rename !== undefined) return (event) => ({ ...event, name: rename });
  if (add !== undefined) return (event) => void Object.assign(event.data, add);
  if (drop !== undefined) return (event) => (event.name === drop ? null : undefined);
  return () => {
    throw new Error('a processor that fails');
  };
}

for (const { name, input, output } of casesOf<Input, Output>('event-tracking')) {
  if (!name.startsWith('routing:')) continue;
  test(`as event-tracking: ${name}`, async () => {
    const routes = Object.entries(input.routes ?? { all: {} }).map(([exporter, { processors = [] }]) => ({
      exporter: memoryExporter(exporter),
      processors: processors.map(processorOf),
    }));
    const events = new EventLogger({
      delivery: 'none',
      processors: (input.processors ?? []).map(processorOf),
      exporters: routes.map(({ exporter, processors }) => route({ exporters: [exporter], processors })),
      logLevel: 'none',
    });
    const timestamp = nanosOf(input.now);
    for (const { emit } of input.steps) events.log(emit?.[0] ?? '', emit?.[1], { timestamp });
    await events.close();
    const sent = routes.map(({ exporter }) => [exporter.name, exporter.records.map(edx)]);
    const expected = input.routes === undefined ? { all: output.sent } : output.sent;
    assert.deepEqual(JSON.parse(JSON.stringify(Object.fromEntries(sent))), expected);
  });
}
