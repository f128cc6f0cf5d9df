import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeDirectory } from '../../make-directory.ts';
import { attributeName } from '../../otlp/event/attribute-name.ts';
import { CONVENTIONAL } from '../../otlp/values/event-attributes.ts';
import { weaverRegistry } from '../../schema/publish/weaver.ts';
import { complain, defineCommand, usageError, wantFiles } from '../command.ts';
import { Output } from '../output/output.ts';
import { changedLines } from './changed-lines.ts';
import { loadEvents } from './load-events.ts';
import { warnUntold } from './warn-untold.ts';
import { writeOut } from './write-out.ts';

const NAME = 'otel-events registry export';

const USAGE = `Usage: otel-events registry export --weaver FILE... [--out DIR | --check DIR] [OPTIONS]

Writes the events as a semantic-convention registry for OpenTelemetry Weaver: events.yaml, and manifest.yaml with
--schema-url. Without --out it prints events.yaml. A FILE is a JSON Schema (JSON or YAML), or a module (.ts, .js)
that exports what defineEvent returned.

  --out DIR         writes the files there
  --check DIR       compares them with the files there, prints what differs, and writes nothing
  --schema-url URL  the registry's own, version last: https://example.com/schemas/1.0.0
  --ref FILE        a schema that events refer to, and that is no event; may be repeated
  --help            show this

Example: otel-events registry export --weaver src/events.ts --check telemetry/registry

Exit status: 0 done, or nothing differs; 1 something differs, or a schema or the arguments are wrong; 2 something
could not be read, run or written.`;

const OPTIONS = {
  weaver: { type: 'boolean' },
  out: { type: 'string' },
  check: { type: 'string' },
  'schema-url': { type: 'string' },
  ref: { type: 'string', multiple: true },
} as const;

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  async run(files, { weaver = false, out, check, 'schema-url': schemaUrl, ref }) {
    wantFiles(files);
    if (!weaver) throw usageError('say for which tool: --weaver');
    if (out !== undefined && check !== undefined) throw usageError('--out and --check: one of them');
    if (schemaUrl !== undefined) checkUrl(schemaUrl);
    const events = await loadEvents(files, ref);
    const made = weaverRegistry(events.entries, {
      schemaUrl,
      // Where nothing else has it, as on nearly all records.
      attributeOf: (key) => (CONVENTIONAL.has(key) ? key : attributeName(key)),
      others: events.others,
    });
    const left = warnUntold(NAME, events);
    if (check !== undefined) return Math.max(left, await compare(check, made));
    if (out === undefined) await writeOut(made['events.yaml'] ?? '', undefined);
    else writeAll(out, made);
    return left;
  },
});

function checkUrl(given: string): void {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isWhole = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (isWhole && /\/[^/]*\d[^/]*$/.test(url.pathname)) return;
  throw usageError('--schema-url: wanted a URL that ends in a version', 'https://example.com/schemas/1.0.0');
}

function writeAll(directory: string, files: Readonly<Record<string, string>>): void {
  makeDirectory(directory);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
}

async function compare(directory: string, made: Readonly<Record<string, string>>): Promise<number> {
  readdirSync(directory);
  const output = new Output();
  let differing = 0;
  for (const [name, text] of Object.entries(made)) {
    const file = path.join(directory, name);
    const lines = changedLines(existsSync(file) ? readFileSync(file, 'utf8') : '', text);
    if (lines.length === 0) continue;
    differing++;
    for (const line of [`--- ${file}`, '+++ what the definitions say', ...lines]) await output.line(line);
  }
  await output.flush();
  if (differing === 0) return 0;
  complain(
    NAME,
    'SCHEMA_INVALID',
    `${directory} is not what the definitions say (run with --out ${directory})`,
  );
  return 1;
}
