import { type Dashboard, SERVICE } from './dashboard.ts';
import { count, distinct, events, orZero, quantile, sumOf } from './logql.ts';

const inRange = (selection: string): string => count(selection, '$__range');
const FAILED = '| severity_number >= 17';

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
          queries: [{ from: 'loki', expr: sumOf(inRange(events())), instant: true }],
        },
        {
          title: 'Failed',
          description:
            'Events of severity ERROR or above: scopes that threw, and what was logged as an error.',
          type: 'stat',
          width: 6,
          alarmFrom: 1,
          queries: [{ from: 'loki', expr: orZero(sumOf(inRange(events(FAILED)))), instant: true }],
        },
        {
          title: 'Users',
          description: 'Different user.id.',
          type: 'stat',
          width: 6,
          queries: [{ from: 'loki', expr: distinct('user_id', events()), instant: true }],
        },
        {
          title: 'Sessions',
          description: 'Different session.id.',
          type: 'stat',
          width: 6,
          queries: [{ from: 'loki', expr: distinct('session_id', events()), instant: true }],
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
          queries: [{ from: 'loki', expr: sumOf(count(events()), 'event_name'), legend: '{{event_name}}' }],
        },
        {
          title: 'Names',
          description: 'Events in the time range, by name. A click shows one of them in depth.',
          type: 'bargauge',
          width: 8,
          link: {
            title: 'In depth',
            // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in
            url: '/d/otel-events-event?var-service=$service&var-event=${__field.labels.event_name}&${__url_time_range}',
          },
          queries: [
            {
              from: 'loki',
              expr: `sort_desc(${sumOf(inRange(events()), 'event_name')})`,
              instant: true,
              legend: '{{event_name}}',
            },
          ],
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
          queries: [
            {
              from: 'loki',
              expr: sumOf(count(events('| error_type != ""')), 'error_type'),
              legend: '{{error_type}}',
            },
          ],
        },
        {
          title: 'Duration, 95th percentile',
          description: 'event.duration of scopes and requests, by name.',
          type: 'timeseries',
          width: 12,
          unit: 's',
          queries: [
            {
              from: 'loki',
              expr: quantile(0.95, events(), 'event_duration', 'event_name'),
              legend: '{{event_name}}',
            },
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
          queries: [
            {
              from: 'loki',
              expr: events(
                '| line_format "{{.event_name}} {{.user_id}} {{.error_type}} {{.exception_message}}"',
              ),
            },
          ],
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
