import { OtelEventsError } from '../../errors.ts';
import { complain, defineCommand, usageError, wantFiles } from '../command.ts';
import { Output } from '../output/output.ts';
import { printable } from '../output/to-table.ts';
import { checkLines, type LineFormat } from './check-lines.ts';
import { type LoadedEvents, loadEvents } from './load-events.ts';

const NAME = 'otel-events validate';

const USAGE = `Usage: otel-events validate FILE... [--events FILE]

Checks schemas, and prints them as they are. With --events it checks events against them instead: one JSON object
a line. A FILE is a JSON Schema (JSON or YAML), or a module (.ts, .js) that exports what defineEvent returned.

  --events FILE  events, one a line
  --schema FILE  the same as FILE; may be repeated
  --ref FILE     a schema that events refer to, and that is no event; may be repeated
  --format FORM  what a line of events is. Default: it is looked at
                   jupyter  a payload with __schema__ and __schema_version__
                   otlp     a whole LogsData in OTLP/JSON, whose records have event.schema.id and .version
                   event    an object with name and data, as in the format leip and of spool cat
                   data     the data itself, of the one schema that is given
  --help         show this

An event that names no version is checked against the newest. Events that name no schema, and whose name is none,
are left out and counted. What is printed about an event is
where it stands and what is wrong there, never a value of it.

Example: otel-events validate schemas/*.yaml --events events.jsonl

Exit status: 0 all is valid; 1 something is not, or the arguments are wrong; 2 something could not be read or run.`;

const OPTIONS = {
  events: { type: 'string' },
  schema: { type: 'string', multiple: true },
  ref: { type: 'string', multiple: true },
  format: { type: 'string' },
} as const;

const FORMATS: readonly string[] = ['jupyter', 'otlp', 'event', 'data'] satisfies LineFormat[];

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  async run(operands, { events, schema = [], ref, format }) {
    const files = [...operands, ...schema];
    wantFiles(files);
    if (format !== undefined && !FORMATS.includes(format)) {
      throw usageError(`--format: one of ${FORMATS.join(', ')} wanted, not ${JSON.stringify(format)}`);
    }
    if (format !== undefined && events === undefined) throw usageError('--format: of which --events?');
    const loaded = await loadEvents(files, ref);
    return events === undefined
      ? checkSchemas(loaded)
      : checkEvents(events, loaded, format as LineFormat | undefined);
  },
});

/** All together, since they may refer to each other; what is printed is what is in the files. */
async function checkSchemas({ files }: LoadedEvents): Promise<number> {
  const output = new Output();
  let isBad = false;
  for (const { file, text, checked } of files) {
    if (text !== '') await output.block(text.replace(/\n$/, ''));
    for (const each of checked) {
      try {
        // References and patterns are looked at when it is used first.
        each.validate({});
        await output.line(`${file}: ${printable(each.schemaId)} version ${printable(each.version)} is valid`);
      } catch (error) {
        if (!(error instanceof OtelEventsError)) throw error;
        isBad = true;
        complain(NAME, error.code, `${file}: ${error.message}`);
      }
    }
  }
  await output.flush();
  return isBad ? 1 : 0;
}

async function checkEvents(
  file: string,
  { checked }: LoadedEvents,
  format: LineFormat | undefined,
): Promise<number> {
  const output = new Output();
  let [valid, invalid, unnamed] = [0, 0, 0];
  for await (const { line, subject, problems, isUnnamed } of checkLines(file, checked, format)) {
    if (isUnnamed) unnamed++;
    else if (problems.length === 0) valid++;
    else invalid++;
    const of = subject === '' ? '' : ` ${printable(subject)}`;
    for (const problem of problems) await output.line(`${file}:${line}:${of} ${printable(problem)}`);
  }
  const left = unnamed === 0 ? '' : `, ${unnamed} of no known schema left out`;
  await output.line(`${valid} valid, ${invalid} invalid${left}`);
  await output.flush();
  return invalid > 0 ? 1 : 0;
}
