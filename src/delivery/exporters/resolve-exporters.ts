import { OtelEventsError } from '../../errors.ts';
import type { Exporter, ExporterFunction } from '../../exporters/exporter.ts';
import {
  fromLogRecordExporter,
  isLogRecordExporter,
  type LogRecordExporterLike,
} from '../../exporters/from-log-record-exporter.ts';
import { type GivenExporter, isRoute } from '../../exporters/route.ts';
import type { RouteNode } from '../../processors/run-route.ts';
import { requireBeside } from '../../require-beside.ts';
import type { LeipOptions } from './leip-options.ts';

/** Names that stand for something else in the ledger. */
const RESERVED_NAMES = ['otlp', 'app', 'outputPath', 'none'];

export type { GivenExporter };

/** The exporters of a logger, and the branches that lead to them. */
export interface ResolvedExporters {
  readonly exporters: readonly Exporter[];
  readonly to: RouteNode['to'];
}

/**
 * The exporters of a logger, each with a name of its own.
 * @throws OtelEventsError `OPTION_INVALID` when two have the same name
 */
export function resolveExporters(given: readonly GivenExporter[], leip: LeipOptions): ResolvedExporters {
  const taken = new Set(RESERVED_NAMES);
  const exporters: Exporter[] = [];
  const branch = (list: readonly GivenExporter[]): RouteNode['to'] =>
    list.map((each) => {
      if (isRoute(each)) return { processors: each.processors, to: branch(each.exporters) };
      const exporter = named(each, taken);
      if (taken.has(exporter.name)) {
        const fix = 'give one of them another name';
        throw new OtelEventsError('OPTION_INVALID', `option exporters: '${exporter.name}' is taken`, { fix });
      }
      taken.add(exporter.name);
      exporters.push(exporter);
      return exporter.name;
    });
  return { to: branch([...given, ...leipOnes(leip)]), exporters };
}

function named(
  exporter: Exporter | ExporterFunction | LogRecordExporterLike,
  taken: ReadonlySet<string>,
): Exporter {
  if (isLogRecordExporter(exporter)) {
    return fromLogRecordExporter(nextFree(exporter.constructor.name, taken), exporter);
  }
  if (typeof exporter !== 'function') return exporter;
  return {
    name: exporter.name || nextFree('function', taken),
    async send(records) {
      await exporter(records);
    },
  };
}

function nextFree(base: string, taken: ReadonlySet<string>): string {
  let name = base;
  for (let count = 2; taken.has(name); count++) name = `${base}-${count}`;
  return name;
}

function leipOnes(options: LeipOptions): readonly Exporter[] {
  if (options.bufferDirectory === undefined && options.httpUrl === '') return [];
  const loaded = requireBeside<typeof import('./leip-exporters.ts')>(import.meta, './leip-exporters');
  return loaded.leipExporters(options);
}
