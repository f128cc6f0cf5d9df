import { applyActions } from '../apply-actions.ts';
import type { CheckContext, ProcessorComponent } from '../component.ts';
import { attributeActions } from '../config/attribute-actions.ts';
import { type MatchProperties, matchProperties } from '../config/match-properties.ts';
import { mapping, optional, type Read, RUN_THE_REAL_ONE, required } from '../config/shape.ts';
import { selects } from '../match-record.ts';
import type { Visit } from '../ottl/visit.ts';
import { walkRequest } from '../ottl/walk-request.ts';

const shape = mapping({
  actions: required(attributeActions),
  include: optional(matchProperties),
  exclude: optional(matchProperties),
});

/** Changes the attributes of log records, spans and data points. */
export const attributesProcessor: ProcessorComponent<Read<typeof shape>> = {
  type: 'attributes',
  shape,
  check: ({ actions, include, exclude }, context) => {
    if (actions?.length === 0) context.add('actions', 'expected at least one action');
    if (include !== undefined) checkMatch('include', include, context);
    if (exclude !== undefined) checkMatch('exclude', exclude, context);
    if (context.signals.has('metrics') && (include ?? exclude) !== undefined)
      context.add(include === undefined ? 'exclude' : 'include', `of metrics, ${RUN_THE_REAL_ONE}`);
  },
  create: ({ actions, include, exclude }) => {
    const isMeant = selects({ include, exclude });
    const ofDataPoints: Visit = {
      inner: ({ inner }) => {
        applyActions(inner, actions);
        return true;
      },
    };
    return {
      process: (request) => {
        if (request.signal === 'metrics') return walkRequest(request, ofDataPoints);
        return walkRequest(request, {
          record: (row) => {
            if (isMeant(row)) applyActions(row.record, actions);
            return true;
          },
        });
      },
    };
  },
};

/** What only spans have says nothing of logs, and the other way round. */
function checkMatch(key: string, properties: MatchProperties, { signals, add }: CheckContext): void {
  const { services, spanNames, spanKinds, bodies, severityTexts, severity } = properties;
  const { attributes, resources, libraries } = properties;
  const lists = [services, spanNames, spanKinds, bodies, severityTexts, attributes, resources, libraries];
  if (severity === undefined && lists.every(({ length }) => length === 0))
    add(key, 'expected something to look for, such as attributes or resources');
  if (signals.has('logs') && services.length + spanNames.length + spanKinds.length > 0)
    add(key, 'services, span_names and span_kinds say nothing of logs');
  if (signals.has('traces') && (bodies.length + severityTexts.length > 0 || severity !== undefined))
    add(key, 'log_bodies, log_severity_texts and log_severity_number say nothing of spans');
}
