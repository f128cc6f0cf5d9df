import { type Dashboard, SERVICE } from './dashboard.ts';
import { count, distinct, events, orZero, sumOf } from './logql.ts';

const inRange = (selection: string): string => count(selection, '$__range');
const STARTS = events('| event_name="session.start"');
const ENDS = events('| event_name="session.end"');
const CHOSEN = events('| session_id=~"$session.*" | session_id != ""');

/** Who was there, how often, and what one of them did. */
export const sessions: Dashboard = {
  uid: 'otel-events-sessions',
  title: 'Sessions',
  description: 'Sessions by idle time: who was there, how much they did, and what one session did, in order.',
  variables: [SERVICE, { name: 'session', label: 'Session (the beginning of its id)', text: '' }],
  rows: [
    {
      height: 4,
      panels: [
        {
          title: 'Begun',
          description: 'Events session.start in the time range.',
          type: 'stat',
          width: 6,
          queries: [{ from: 'loki', expr: orZero(sumOf(inRange(STARTS))), instant: true }],
        },
        {
          title: 'Ended',
          description: 'Events session.end: noticed at the next event of anybody, or when the app closes.',
          type: 'stat',
          width: 6,
          queries: [{ from: 'loki', expr: orZero(sumOf(inRange(ENDS))), instant: true }],
        },
        {
          title: 'Users',
          description: 'Different user.id with a session.',
          type: 'stat',
          width: 6,
          queries: [{ from: 'loki', expr: distinct('user_id', events('| session_id != ""')), instant: true }],
        },
        {
          title: 'Events a session',
          description: 'Events with a session, by the number of sessions.',
          type: 'stat',
          width: 6,
          queries: [
            {
              from: 'loki',
              expr: `${sumOf(inRange(events('| session_id != ""')))} / ${distinct('session_id', events())}`,
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
          title: 'Active sessions',
          description: 'Sessions with at least one event in each step.',
          type: 'timeseries',
          width: 12,
          queries: [
            { from: 'loki', expr: distinct('session_id', events(), '$__auto'), legend: 'sessions' },
            {
              from: 'loki',
              expr: distinct('user_id', events('| session_id != ""'), '$__auto'),
              legend: 'users',
            },
          ],
        },
        {
          title: 'Begun and ended',
          description:
            'A session ends at its last event, which is known only when it has been idle for long enough.',
          type: 'timeseries',
          width: 12,
          stacked: true,
          queries: [
            {
              from: 'loki',
              expr: sumOf(count(events('| event_name=~"session[.](start|end)"')), 'event_name'),
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
          title: 'Busiest sessions',
          description: 'By number of events. A click on an id shows what it did.',
          type: 'table',
          width: 10,
          hidden: ['Time'],
          link: {
            title: 'This session',
            // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in
            url: '/d/otel-events-sessions?var-service=$service&var-session=${__data.fields.session_id}&${__url_time_range}',
          },
          queries: [
            {
              from: 'loki',
              expr: `topk(20, ${sumOf(inRange(events('| session_id != ""')), 'session_id', 'user_id')})`,
              instant: true,
            },
          ],
        },
        {
          title: 'What the session did',
          description: 'Events of the chosen session; of all of them if none is chosen.',
          type: 'logs',
          width: 14,
          queries: [
            {
              from: 'loki',
              expr: `${CHOSEN} | line_format "{{.event_name}} {{.user_id}} {{.url_path}} {{.error_type}}"`,
            },
          ],
        },
      ],
    },
  ],
};
