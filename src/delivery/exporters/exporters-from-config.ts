import { OtelEventsError } from '../../errors.ts';
import { consoleExporter } from '../../exporters/console.ts';
import { directoryExporter } from '../../exporters/directory.ts';
import type { Exporter } from '../../exporters/exporter.ts';
import { fileExporter } from '../../exporters/file.ts';
import { httpExporter } from '../../exporters/http.ts';
import { mongodbExporter } from '../../exporters/mongodb.ts';
import { type Route, route } from '../../exporters/route.ts';
import { nearestName } from '../../nearest-name.ts';
import { allowNames } from '../../processors/allow-names.ts';
import { matchNames } from '../../processors/match-names.ts';
import type { Processor } from '../../processors/processor.ts';
import { sample } from '../../processors/sample.ts';

type Options = Readonly<Record<string, unknown>>;

/** What is made of an element's options, which each maker checks itself. */
type Makers<T> = Readonly<Record<string, (options: never, path: string) => T>>;

const EXPORTERS: Makers<Exporter | Route> = {
  console: consoleExporter,
  directory: directoryExporter,
  file: fileExporter,
  http: httpExporter,
  mongodb: mongodbExporter,
  route: ({ exporters, processors = [] }: { exporters: unknown; processors?: unknown }, path) =>
    route({
      exporters: exportersFromConfig(exporters, `${path}.exporters`),
      processors: processorsFromConfig(processors, `${path}.processors`),
    }),
};

const PROCESSORS: Makers<Processor> = {
  allowNames: ({ names }: { names: string[] }) => allowNames(names),
  matchNames,
  sample: ({ ratio }: { ratio: number }) => sample(ratio),
};

/**
 * The exporters that a configuration file describes, as `{ "type": "file", …options }`.
 * @param path - where in the file the list stands
 * @throws OtelEventsError `OPTION_INVALID` or `OPTION_UNKNOWN`, naming the place
 */
export function exportersFromConfig(list: unknown, path = 'exporters'): (Exporter | Route)[] {
  return madeOf(list, path, EXPORTERS);
}

/** The processors that a configuration file describes, as `{ "type": "sample", "ratio": 0.1 }`. */
export function processorsFromConfig(list: unknown, path = 'processors'): Processor[] {
  return madeOf(list, path, PROCESSORS);
}

function madeOf<T>(list: unknown, path: string, makers: Makers<T>): T[] {
  if (!Array.isArray(list)) throw invalid(path, 'wanted an array of objects with a type');
  return list.map((element: unknown, index) => {
    const place = `${path}[${index}]`;
    if (typeof element !== 'object' || element === null) throw invalid(place, 'wanted an object with a type');
    const { type, ...options } = camelCased(element as Options);
    const name = typeof type === 'string' ? camelCase(type) : '';
    const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
    if (make === undefined) {
      const near = nearestName(name, Object.keys(makers));
      const known = `the types are ${Object.keys(makers).join(', ')}`;
      throw invalid(`${place}.type`, near === undefined ? known : `did you mean '${near}'? ${known}`);
    }
    try {
      return make(options as never, place);
    } catch (cause) {
      if (!(cause instanceof OtelEventsError) || cause.message.startsWith(path)) throw cause;
      throw new OtelEventsError(cause.code, `${place}: ${cause.message}`, { cause });
    }
  });
}

function invalid(place: string, why: string): OtelEventsError {
  return new OtelEventsError('OPTION_INVALID', `${place}: ${why}`);
}

/** Only names of options: what they hold (headers, extra fields) keeps its own names. */
function camelCased(options: Options): Options {
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [camelCase(key), value]));
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
