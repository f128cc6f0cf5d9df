import { applyActions } from '../apply-actions.ts';
import type { ProcessorComponent } from '../component.ts';
import { attributeActions } from '../config/attribute-actions.ts';
import { mapping, type Read, required } from '../config/shape.ts';
import { walkRequest } from '../ottl/walk-request.ts';

const shape = mapping({ attributes: required(attributeActions) });

/** Changes the attributes of resources. */
export const resourceProcessor: ProcessorComponent<Read<typeof shape>> = {
  type: 'resource',
  shape,
  check: ({ attributes }, { add }) => {
    if (attributes?.length === 0) add('attributes', 'expected at least one action');
  },
  create: ({ attributes }) => ({
    process: (request) =>
      walkRequest(request, {
        resource: ({ resource }) => {
          applyActions(resource, attributes);
          return true;
        },
      }),
  }),
};
