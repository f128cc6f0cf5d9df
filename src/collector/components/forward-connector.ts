import type { ConnectorComponent } from '../component.ts';
import { mapping, type Read } from '../config/shape.ts';

const shape = mapping({});

/** Leads what pipelines make of their requests into others of the same signal, as it is. */
export const forwardConnector: ConnectorComponent<Read<typeof shape>> = {
  type: 'forward',
  shape,
  leads: { logs: 'logs', traces: 'traces', metrics: 'metrics' },
  handsOn: true,
  create: () => ({ pass: (request) => request }),
};
