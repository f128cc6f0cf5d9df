import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { AttributeMap } from '../../otlp/values/attribute-value.ts';

const INSTANCE_ID = randomUUID();

/** The attributes of this process. No command line: arguments can hold secrets. */
export function processAttributes(): AttributeMap {
  return {
    'service.instance.id': INSTANCE_ID,
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'process.runtime.description': 'Node.js',
    'process.executable.name': path.basename(process.execPath),
  };
}
