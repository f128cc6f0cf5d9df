import { randomUUID } from 'node:crypto';
import { VERSION } from '../../version.ts';
import type { OwnAttributes } from './resource-shape.ts';

/** The attributes of this collector: those that it always has, with what the configuration says over them. */
export function ownResource(configured: OwnAttributes): ReadonlyMap<string, string> {
  const attributes = new Map<string, string | undefined>([
    ['service.instance.id', randomUUID()],
    ['service.name', 'otel-events'],
    ['service.version', VERSION],
    ...configured,
  ]);
  return new Map(
    [...attributes].flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}
