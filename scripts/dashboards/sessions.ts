import { type Dashboard, SERVICE } from './dashboard.ts';
import { countBy, has, lines, named, series, total } from './event-query.ts';

const IN_SESSION = has('session.id');
const CHOSEN = [{ field: 'session.id', begins: '$session' }, IN_SESSION];

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
          queries: [total([named('session.start')], { what: 'count' }, { orZero: true })],
        },
        {
          title: 'Ended',
          description: 'Events session.end: noticed at the next event of anybody, or when the app closes.',
          type: 'stat',
          width: 6,
          queries: [total([named('session.end')], { what: 'count' }, { orZero: true })],
        },
        {
          title: 'Users',
          description: 'Different user.id with a session.',
          type: 'stat',
          width: 6,
          queries: [total([IN_SESSION], { what: 'distinct', field: 'user.id' })],
        },
        {
          title: 'Events a session',
          description: 'Events with a session, by the number of sessions.',
          type: 'stat',
          width: 6,
          queries: [total([], { what: 'countEach', field: 'session.id' })],
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
            series([], { what: 'distinct', field: 'session.id' }, 'sessions'),
            series([IN_SESSION], { what: 'distinct', field: 'user.id' }, 'users'),
          ],
        },
        {
          title: 'Begun and ended',
          description:
            'A session ends at its last event, which is known only when it has been idle for long enough.',
          type: 'timeseries',
          width: 12,
          stacked: true,
          queries: [countBy([{ field: 'event.name', matches: 'session[.](start|end)' }], 'event.name')],
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
            url: '/d/otel-events-sessions?var-service=$service&var-session={session.id}&${__url_time_range}',
          },
          queries: [total([IN_SESSION], { what: 'count', by: ['session.id', 'user.id'], largest: 20 })],
        },
        {
          title: 'What the session did',
          description: 'Events of the chosen session; of all of them if none is chosen.',
          type: 'logs',
          width: 14,
          queries: [lines(CHOSEN, '{event.name} {user.id} {url.path} {error.type}')],
        },
      ],
    },
  ],
};
