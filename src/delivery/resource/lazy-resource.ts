import type { EventRecord } from '../../otlp/event/event-record.ts';
import type { AttributeMap } from '../../otlp/values/attribute-value.ts';
import { type ResourceOptions, resourceAttributes } from './resource.ts';

/** Read when the first record is encoded: detection must not be on the way of making a logger. */
export function lazyResource(options: ResourceOptions): EventRecord['resource'] {
  let attributes: AttributeMap | undefined;
  return {
    get attributes(): AttributeMap {
      attributes ??= Object.freeze(resourceAttributes(options));
      return attributes;
    },
  };
}
