import { resolve } from 'node:path';
import { openOtlpFile } from '../../exporters/otlp-file.ts';
import type { ExporterComponent } from '../component.ts';
import { boolean, integer, mapping, oneOf, optional, type Read, required, text } from '../config/shape.ts';
import { duration } from '../config/value-shapes.ts';

const MEBIBYTE = 1024 * 1024;
const DEFAULT_MEGABYTES = 100;

const rotation = mapping({
  max_megabytes: optional(integer(0), DEFAULT_MEGABYTES),
  max_days: optional(integer(0), 0),
  max_backups: optional(integer(0), 100),
  localtime: optional(boolean, false),
});
const shape = mapping(
  {
    path: required(text('a path', (given) => (given === '' ? undefined : given))),
    append: optional(boolean, false),
    create_directory: optional(boolean, false),
    rotation: optional(rotation),
    format: optional(oneOf(['json'], ['proto']), 'json'),
    // Every line is written at once: there is nothing to flush.
    flush_interval: optional(duration),
  },
  ['compression', 'compression_params', 'encoding', 'group_by', 'directory_permissions'],
);

/** Writes each request as a line of OTLP/JSON. */
export const fileExporter: ExporterComponent<Read<typeof shape>> = {
  type: 'file',
  shape,
  check: ({ path: file, append, rotation }, { add, claim }) => {
    if (append && rotation !== undefined)
      add('append', 'not together with rotation, which appends by itself');
    if (file === undefined) return;
    // Two exporters would cut each other's lines in two.
    const writer = claim(`file ${resolve(file)}`);
    if (writer !== undefined)
      add('path', `${writer} writes the same file; name that one in each of the pipelines`);
  },
  create: ({ path, append, create_directory: createDirectory, rotation }, { id, log, isFirst }) =>
    openOtlpFile({
      path,
      // What this collector has written it does not remove, when it reads its configuration again.
      append: append || !isFirst(`file ${resolve(path)}`),
      createDirectory,
      onError: ({ message }) => log('warn', message, { exporter: id }),
      ...(rotation !== undefined && {
        rotation: {
          maxBytes: (rotation.max_megabytes || DEFAULT_MEGABYTES) * MEBIBYTE,
          maxDays: rotation.max_days,
          maxBackups: rotation.max_backups,
          localTime: rotation.localtime,
        },
      }),
    }),
};
