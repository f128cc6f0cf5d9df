import { OtelEventsError } from '../../errors.ts';
import type { JsonSchema } from '../../schema/drafts/json-schema.ts';
import { bundle } from '../../schema/publish/bundle.ts';
import type { EventEntry } from '../../schema/publish/event-entry.ts';
import { defineCommand, wantFiles } from '../command.ts';
import { type LoadedEvents, loadEvents } from './load-events.ts';
import { warnUntold } from './warn-untold.ts';
import { writeOut } from './write-out.ts';

const NAME = 'otel-events types';

const USAGE = `Usage: otel-events types FILE... [--out FILE]

Prints TypeScript for the data of events: a type for each, and an interface Events that has them by name. A FILE
is a JSON Schema (JSON or YAML), or a module (.ts, .js) that exports what defineEvent returned. Needs the package
json-schema-to-typescript.

  --out FILE  writes it there
  --ref FILE  a schema that events refer to, and that is no event; may be repeated
  --help      show this

Example: otel-events types schemas/*.yaml --out src/events.d.ts

Exit status: 0 done; 1 a schema or the arguments are wrong; 2 something could not be read, run or written.`;

const OPTIONS = { out: { type: 'string' }, ref: { type: 'string', multiple: true } } as const;

const BANNER =
  '/* Made by `otel-events types`. Do not change it by hand: change the schemas and make it again. */';

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  async run(files, { out, ref }) {
    wantFiles(files);
    const events = await loadEvents(files, ref);
    await writeOut(await typesOf(events), out);
    return warnUntold(NAME, events);
  },
});

async function typesOf({ entries, others }: LoadedEvents): Promise<string> {
  const { compile } = await loadCompiler();
  const typesOf = (some: readonly EventEntry[]) => compiled(compile, bundle(some, others));
  try {
    return await typesOf(entries);
  } catch (cause) {
    if (cause instanceof OtelEventsError) throw cause;
    throw await cannotBeMade(entries, typesOf, cause);
  }
}

/** Says of which event: the compiler does not. */
async function cannotBeMade(
  entries: readonly EventEntry[],
  typesOf: (some: readonly EventEntry[]) => Promise<string>,
  cause: unknown,
): Promise<OtelEventsError> {
  let names = 'the events together';
  for (const entry of entries) {
    const isBad = await typesOf([entry]).then(
      () => false,
      () => true,
    );
    if (isBad) names = `${entry.name}@${entry.version}`;
    if (isBad) break;
  }
  const why = String((cause as Error).message)
    .split('\n', 1)[0]
    ?.slice(0, 300);
  const message = `json-schema-to-typescript makes no types of ${names}: ${why}`;
  return new OtelEventsError('SCHEMA_INVALID', message, { cause });
}

type Compile = typeof import('json-schema-to-typescript')['compile'];

function compiled(compile: Compile, schema: JsonSchema): Promise<string> {
  return compile(schema as Parameters<typeof compile>[0], 'Events', {
    bannerComment: BANNER,
    // The bundle has no outside references: nothing is fetched, whatever a schema says.
    $refOptions: { resolve: { http: false, file: false } },
  });
}

async function loadCompiler(): Promise<typeof import('json-schema-to-typescript')> {
  try {
    return await import('json-schema-to-typescript');
  } catch (cause) {
    const fix = 'npm install --save-dev json-schema-to-typescript';
    const message = 'types needs the package json-schema-to-typescript';
    throw new OtelEventsError('OPTION_UNAVAILABLE', message, { cause, fix });
  }
}
