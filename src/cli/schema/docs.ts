import { catalogue } from '../../schema/publish/catalogue.ts';
import { defineCommand, wantFiles } from '../command.ts';
import { loadEvents } from './load-events.ts';
import { warnUntold } from './warn-untold.ts';
import { writeOut } from './write-out.ts';

const NAME = 'otel-events docs';

const USAGE = `Usage: otel-events docs FILE... [--out FILE]

Prints the catalogue of events as Markdown: name, version, description and properties of each. A FILE is a JSON
Schema (JSON or YAML), or a module (.ts, .js) that exports what defineEvent returned.

  --out FILE  writes it there
  --ref FILE  a schema that events refer to, and that is no event; may be repeated
  --help      show this

Example: otel-events docs src/events.ts --out docs/events.md

Exit status: 0 done; 1 a schema or the arguments are wrong; 2 something could not be read, run or written.`;

const OPTIONS = { out: { type: 'string' }, ref: { type: 'string', multiple: true } } as const;

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  async run(files, { out, ref }) {
    wantFiles(files);
    const events = await loadEvents(files, ref);
    await writeOut(catalogue(events.entries, events.others), out);
    return warnUntold(NAME, events);
  },
});
