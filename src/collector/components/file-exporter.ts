import { resolve } from 'node:path';
import { openGroupedOtlpFiles } from '../../exporters/grouped-otlp-files.ts';
import { openOtlpFile } from '../../exporters/otlp-file.ts';
import type { CheckContext, ExporterComponent } from '../component.ts';
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
const compression = text('zstd or nothing', (given) => (['', 'zstd'] as const).find((one) => one === given));
/** Of a directory, as `0755`. */
const permissions = text('an octal number from 0000 to 0777, in quotes', (given) =>
  /^(0o)?0*[0-7]{1,3}$/.test(given) ? Number.parseInt(given.replace('0o', ''), 8) : undefined,
);
const groupBy = mapping({
  enabled: optional(boolean, false),
  resource_attribute: optional(text(), 'fileexporter.path_segment'),
  max_open_files: optional(integer(1), 100),
});
const shape = mapping(
  {
    path: required(text('a path', (given) => (given === '' ? undefined : given))),
    append: optional(boolean, false),
    create_directory: optional(boolean, false),
    rotation: optional(rotation),
    format: optional(oneOf(['json', 'proto']), 'json'),
    compression: optional(compression),
    directory_permissions: optional(permissions),
    group_by: optional(groupBy),
    // Every line is written at once: there is nothing to flush.
    flush_interval: optional(duration),
  },
  ['compression_params', 'encoding'],
);

/** Writes each request as a line of OTLP/JSON, or as a message behind its length. */
export const fileExporter: ExporterComponent<Read<typeof shape>> = {
  type: 'file',
  shape,
  check: ({ path: file, append, rotation, ...settings }, { add, claim }) => {
    if (append && rotation !== undefined)
      add('append', 'not together with rotation, which appends by itself');
    if (settings.directory_permissions !== undefined && !settings.create_directory)
      add('directory_permissions', 'only together with create_directory: true');
    checkGroupBy(file, settings.group_by, add);
    if (file === undefined) return;
    // Two exporters would cut each other's lines in two.
    const writer = claim(`file ${resolve(file)}`);
    if (writer !== undefined)
      add('path', `${writer} writes the same file; name that one in each of the pipelines`);
  },
  create: ({ path, group_by: groups, rotation, ...settings }, { id, log, drops, isFirst }) => {
    const options = {
      path,
      // What this collector has written it does not remove, when it reads its configuration again.
      append: settings.append || !isFirst(`file ${resolve(path)}`),
      directoryMode: settings.directory_permissions,
      format: settings.format,
      compression: settings.compression || undefined,
      onError: ({ message }: Error) => log('warn', message, { exporter: id }),
      ...(rotation !== undefined && {
        rotation: {
          maxBytes: (rotation.max_megabytes || DEFAULT_MEGABYTES) * MEBIBYTE,
          maxDays: rotation.max_days,
          maxBackups: rotation.max_backups,
          localTime: rotation.localtime,
        },
      }),
    };
    if (!groups?.enabled) return openOtlpFile({ ...options, createDirectory: settings.create_directory });
    return openGroupedOtlpFiles({
      ...options,
      resourceAttribute: groups.resource_attribute,
      maxOpenFiles: groups.max_open_files,
      onDropped: (count, reason) => drops.add(count, reason),
    });
  },
};

function checkGroupBy(
  file: string | undefined,
  groups: Read<typeof groupBy> | undefined,
  add: CheckContext['add'],
): void {
  if (!groups?.enabled) return;
  if (file !== undefined && !/^[^*]+\*[^*]*$/.test(file))
    add('path', 'expected one *, and something in front of it, because group_by is enabled');
  if (groups.resource_attribute === '') add('group_by.resource_attribute', 'is missing');
}
