import { type Dashboard, SERVICE } from './dashboard.ts';
import { count, distinct, events, orZero, quantile, sumOf } from './logql.ts';

const ONE = events('| event_name="$event"');
const one = (filter: string): string => `${ONE} ${filter}`;
const inRange = (selection: string): string => count(selection, '$__range');

/** One event name in depth. */
export const event: Dashboard = {
  uid: 'otel-events-event',
  title: 'One event',
  description: 'How often, for whom, how fast, what failed, and the values of any attribute.',
  variables: [
    SERVICE,
    {
      name: 'event',
      label: 'Event',
      prometheus: 'label_values(otel_events_received_total{job="$service"}, event_name)',
    },
    { name: 'field', label: 'Attribute (dots as _)', text: 'user_id' },
  ],
  rows: [
    {
      height: 4,
      panels: [
        {
          title: 'Events',
          description: 'In the time range.',
          type: 'stat',
          width: 6,
          queries: [{ from: 'loki', expr: orZero(sumOf(inRange(ONE))), instant: true }],
        },
        {
          title: 'Failed',
          description: 'Of severity ERROR or above.',
          type: 'stat',
          width: 6,
          alarmFrom: 1,
          queries: [
            { from: 'loki', expr: orZero(sumOf(inRange(one('| severity_number >= 17')))), instant: true },
          ],
        },
        {
          title: 'Users',
          description: 'Different user.id.',
          type: 'stat',
          width: 6,
          queries: [{ from: 'loki', expr: orZero(distinct('user_id', ONE)), instant: true }],
        },
        {
          title: 'Duration, median',
          description: 'event.duration, of scopes and requests.',
          type: 'stat',
          width: 6,
          unit: 's',
          queries: [
            {
              from: 'loki',
              expr: quantile(0.5, ONE, 'event_duration', 'event_name', '$__range'),
              instant: true,
            },
          ],
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: 'By severity',
          description: 'By the time of the event.',
          type: 'timeseries',
          width: 12,
          stacked: true,
          queries: [
            { from: 'loki', expr: sumOf(count(ONE), 'detected_level'), legend: '{{detected_level}}' },
          ],
        },
        {
          title: 'Duration',
          description: 'Percentiles of event.duration.',
          type: 'timeseries',
          width: 12,
          unit: 's',
          queries: [0.5, 0.95, 0.99].map((share) => ({
            from: 'loki' as const,
            expr: quantile(share, ONE, 'event_duration', 'event_name'),
            legend: `p${share * 100}`,
          })),
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: 'Values of $field',
          description: 'The twenty most frequent values of the attribute above.',
          type: 'bargauge',
          width: 12,
          queries: [
            {
              from: 'loki',
              expr: `topk(20, ${sumOf(inRange(one('| $field != ""')), '$field')})`,
              instant: true,
              legend: '{{$field}}',
            },
          ],
        },
        {
          title: 'Failures by type',
          description: 'error.type of what failed.',
          type: 'timeseries',
          width: 12,
          stacked: true,
          queries: [
            {
              from: 'loki',
              expr: sumOf(count(one('| error_type != ""')), 'error_type'),
              legend: '{{error_type}}',
            },
          ],
        },
      ],
    },
    {
      height: 10,
      panels: [
        {
          title: 'Latest',
          description: 'Open one: all of its attributes, and a link to its trace.',
          type: 'logs',
          width: 24,
          queries: [
            {
              from: 'loki',
              expr: one(
                '| line_format "{{.user_id}} {{.session_id}} {{.error_type}} {{.exception_message}}"',
              ),
            },
          ],
        },
      ],
    },
  ],
};
