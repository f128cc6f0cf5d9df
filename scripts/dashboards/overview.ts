import { type Dashboard, SERVICE } from './dashboard.ts';
import { countBy, has, lines, series, total } from './event-query.ts';

const FAILED = { field: 'severity_number', atLeast: 17 };

/** What is happening: how many events, which, whose, what failed. */
export const overview: Dashboard = {
  uid: 'otel-events-overview',
  title: 'Events',
  description:
    'What one service says: how many events, which, of how many users, what failed, how long it took.',
  variables: [SERVICE],
  rows: [
    {
      height: 4,
      panels: [
        {
          title: 'Events',
          description: 'Events in the time range.',
          type: 'stat',
          width: 6,
          queries: [total([], { what: 'count' })],
        },
        {
          title: 'Failed',
          description:
            'Events of severity ERROR or above: scopes that threw, and what was logged as an error.',
          type: 'stat',
          width: 6,
          alarmFrom: 1,
          queries: [total([FAILED], { what: 'count' }, { orZero: true })],
        },
        {
          title: 'Users',
          description: 'Different user.id.',
          type: 'stat',
          width: 6,
          queries: [total([], { what: 'distinct', field: 'user.id' })],
        },
        {
          title: 'Sessions',
          description: 'Different session.id.',
          type: 'stat',
          width: 6,
          queries: [total([], { what: 'distinct', field: 'session.id' })],
        },
      ],
    },
    {
      height: 9,
      panels: [
        {
          title: 'Events by name',
          description: 'By the time of the event.',
          type: 'timeseries',
          width: 16,
          stacked: true,
          queries: [countBy([], 'event.name')],
        },
        {
          title: 'Names',
          description: 'Events in the time range, by name. A click shows one of them in depth.',
          type: 'bargauge',
          width: 8,
          link: {
            title: 'In depth',
            // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in
            url: '/d/otel-events-event?var-service=$service&var-event={event.name}&${__url_time_range}',
          },
          queries: [total([], { what: 'count', by: ['event.name'], largest: 'all' })],
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: 'Failures by type',
          description: 'error.type of what failed.',
          type: 'timeseries',
          width: 12,
          stacked: true,
          queries: [countBy([has('error.type')], 'error.type')],
        },
        {
          title: 'Duration, 95th percentile',
          description: 'event.duration of scopes and requests, by name.',
          type: 'timeseries',
          width: 12,
          unit: 's',
          queries: [
            series(
              [],
              { what: 'quantile', share: 0.95, field: 'event.duration', by: 'event.name' },
              '{event.name}',
            ),
          ],
        },
      ],
    },
    {
      height: 10,
      panels: [
        {
          title: 'Latest events',
          description: 'Open one: all of its attributes, and a link to its trace.',
          type: 'logs',
          width: 14,
          queries: [lines([], '{event.name} {user.id} {error.type} {exception.message}')],
        },
        {
          title: 'Latest traces',
          description: 'From Jaeger: scopes of track(), and what they contain.',
          type: 'table',
          width: 10,
          queries: [{ from: 'jaeger', service: '$service' }],
        },
      ],
    },
  ],
};
