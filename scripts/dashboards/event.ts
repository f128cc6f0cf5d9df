import { type Dashboard, SERVICE } from './dashboard.ts';
import { countBy, has, lines, named, series, total } from './event-query.ts';

const ONE = [named('$event')];
const DURATION = { what: 'quantile', field: 'event.duration', by: 'event.name' } as const;

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
    { name: 'field', label: 'Attribute', text: '{user.id}' },
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
          queries: [total(ONE, { what: 'count' }, { orZero: true })],
        },
        {
          title: 'Failed',
          description: 'Of severity ERROR or above.',
          type: 'stat',
          width: 6,
          alarmFrom: 1,
          queries: [
            total([...ONE, { field: 'severity_number', atLeast: 17 }], { what: 'count' }, { orZero: true }),
          ],
        },
        {
          title: 'Users',
          description: 'Different user.id.',
          type: 'stat',
          width: 6,
          queries: [total(ONE, { what: 'distinct', field: 'user.id' }, { orZero: true })],
        },
        {
          title: 'Duration, median',
          description: 'event.duration, of scopes and requests.',
          type: 'stat',
          width: 6,
          unit: 's',
          queries: [total(ONE, { ...DURATION, share: 0.5 })],
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
          queries: [countBy(ONE, 'severity')],
        },
        {
          title: 'Duration',
          description: 'Percentiles of event.duration.',
          type: 'timeseries',
          width: 12,
          unit: 's',
          queries: [0.5, 0.95, 0.99].map((share) => series(ONE, { ...DURATION, share }, `p${share * 100}`)),
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
          queries: [total([...ONE, has('$field')], { what: 'count', by: ['$field'], largest: 20 })],
        },
        {
          title: 'Failures by type',
          description: 'error.type of what failed.',
          type: 'timeseries',
          width: 12,
          stacked: true,
          queries: [countBy([...ONE, has('error.type')], 'error.type')],
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
          queries: [lines(ONE, '{user.id} {session.id} {error.type} {exception.message}')],
        },
      ],
    },
  ],
};
