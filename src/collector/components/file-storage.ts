import { existsSync } from 'node:fs';
import path from 'node:path';
import { makeDirectory } from '../../make-directory.ts';
import type { ExtensionComponent } from '../component.ts';
import { anything, boolean, mapping, optional, type Read, text } from '../config/shape.ts';
import { duration } from '../config/value-shapes.ts';

const aPath = text('a path', (given) => (given === '' ? undefined : given));

const shape = mapping({
  directory: optional(aPath, '/var/lib/otelcol/file_storage'),
  fsync: optional(boolean, false),
  create_directory: optional(boolean, true),
  // About the database that the OpenTelemetry Collector keeps; here files are written and removed whole.
  compaction: optional(anything),
  directory_permissions: optional(anything),
  recreate: optional(boolean),
  timeout: optional(duration),
});

/** Keeps the queues of exporters in files, a directory for each. */
export const fileStorage: ExtensionComponent<Read<typeof shape>> = {
  type: 'file_storage',
  shape,
  provides: () => ['storage'],
  create: ({ directory, fsync, create_directory: creates }) => {
    const root = path.resolve(directory);
    if (creates) makeDirectory(root);
    else if (!existsSync(root)) throw new Error(`${root} is not there, and create_directory is false`);
    // Ids hold slashes, and whatever else somebody thought of.
    const storageFor = (component: string) => ({
      directory: path.join(root, encodeURIComponent(component)),
      fsync,
    });
    return { storageRoot: root, storageFor };
  },
};
