import type { ConfigNode } from '../config/config-node.ts';
import {
  anything,
  asMap,
  boolean,
  integer,
  listed,
  listOf,
  mapping,
  oneOf,
  optional,
  type Shape,
  section,
  text,
} from '../config/shape.ts';
import { duration } from '../config/value-shapes.ts';
import { LOG_LEVELS, type LogLevel } from '../log.ts';

/** A value of an initial field, as JSON has it. */
export type FieldValue =
  | string
  | number
  | boolean
  | null
  | readonly FieldValue[]
  | { readonly [name: string]: FieldValue };

/** What the collector writes about itself, how, and where to. */
export interface LogSettings {
  readonly level: LogLevel;
  readonly encoding: 'console' | 'json';
  /** `stdout`, `stderr`, or paths of files; undefined: where whoever started it wants it. */
  readonly outputPaths: readonly string[] | undefined;
  /** In every line, in this order. */
  readonly initialFields: ReadonlyMap<string, FieldValue>;
  /** Whether lines of JSON say which collector wrote them. */
  readonly hasResource: boolean;
}

/** Other names of levels: of zap, which the OpenTelemetry Collector logs with. */
const LEVELS: ReadonlyMap<string, LogLevel> = new Map([
  ...LOG_LEVELS.map((level) => [level, level] as const),
  ['warning', 'warn'],
  ['dpanic', 'error'],
  ['panic', 'error'],
  ['fatal', 'error'],
]);

const level = text(listed(LOG_LEVELS), (given) => LEVELS.get(given.toLowerCase()));

const outputPath = text('stdout, stderr, the path of a file or file:///PATH', (given) => {
  const isUrl = /^[a-z][a-z0-9+.-]+:/i.test(given);
  if (given === '' || (isUrl && !/^file:\/\/(localhost)?\//i.test(given))) return undefined;
  return given;
});

const fields: Shape<ReadonlyMap<string, FieldValue>> = {
  takesNothing: true,
  read: (node, path, problems) =>
    new Map(
      [...(asMap(node, path, problems)?.entries ?? [])].map(([name, { node: value }]) => [
        name,
        fieldValue(value),
      ]),
    ),
};

const sampling = mapping({
  enabled: optional(boolean, true),
  tick: optional(duration),
  initial: optional(integer(0)),
  thereafter: optional(integer(0)),
});

const keys = mapping({
  level: optional(level, 'info'),
  encoding: optional(oneOf(['console', 'json']), 'console'),
  output_paths: optional(listOf(outputPath)),
  initial_fields: optional(fields, new Map()),
  disable_zap_resource: optional(boolean, false),
  // What goes wrong with the log itself, of which nothing is told here but on standard error.
  error_output_paths: optional(listOf(outputPath)),
  // Lines here have no callers and no stack traces, and what repeats is summed up where it begins.
  development: optional(boolean, false),
  disable_caller: optional(boolean, false),
  disable_stacktrace: optional(boolean, false),
  sampling: section(sampling),
  processors: optional(listOf(anything), []),
});

/** `service.telemetry.logs`. */
export function logsShape(warn: (message: string) => void): Shape<LogSettings> {
  return {
    takesNothing: true,
    read: (node, path, problems) => {
      const given = keys.read(node, path, problems);
      if ((given.processors ?? []).length > 0)
        warn(`${path}.processors has no effect: this engine writes its log to ${path}.output_paths only`);
      return {
        level: given.level,
        encoding: given.encoding,
        outputPaths: given.output_paths,
        initialFields: given.initial_fields,
        hasResource: !given.disable_zap_resource,
      };
    },
  };
}

function fieldValue(node: ConfigNode): FieldValue {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(fieldValue);
  return Object.fromEntries([...node.entries].map(([name, { node: value }]) => [name, fieldValue(value)]));
}
