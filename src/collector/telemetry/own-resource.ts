import { VERSION } from '../../version.ts';
import type { OwnAttributes } from './resource-shape.ts';

/** The attributes of this collector: those that it always has, with what the configuration says over them. */
export function ownResource(configured: OwnAttributes, instanceId: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string | undefined>([
    ['service.instance.id', instanceId],
    ['service.name', 'otel-events'],
    ['service.version', VERSION],
    ...configured,
  ]);
  return new Map(
    [...attributes].flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}
