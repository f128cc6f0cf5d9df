import type { Event } from '../../event.ts';
import { eventId } from '../event-id.ts';
import { INFO } from '../severity.ts';
import type { EndedSession } from './sessions.ts';

/**
 * A session begins with this event, of the same user and time.
 * @see OpenTelemetry semantic conventions, "session: events"
 */
export function sessionStart(event: Event): Event {
  return { ...event, ...PLAIN, id: idAt(event.observedTime), name: 'session.start', context: event.context };
}

/** A session is over: at the time of its last event, which is known only now. */
export function sessionEnd(
  { userId, session }: EndedSession,
  { observedTime }: Pick<Event, 'observedTime'>,
): Event {
  const seconds = Math.floor(session.lastMs / 1000);
  return {
    ...PLAIN,
    id: idAt(observedTime),
    name: 'session.end',
    time: [seconds, Math.round((session.lastMs - seconds * 1000) * 1e6)],
    observedTime,
    userId,
    projectId: undefined,
    sessionId: session.id,
    previousSessionId: session.previousId,
  };
}

const PLAIN = {
  givenTime: undefined,
  severity: INFO,
  message: undefined,
  category: undefined,
  tags: [],
  session: {},
  context: {},
  data: {},
  schema: undefined,
  scope: undefined,
  failure: undefined,
  incomplete: false,
  span: undefined,
  exporters: undefined,
  outputPath: undefined,
};

function idAt([seconds, nanoseconds]: Event['observedTime']): string {
  return eventId(seconds * 1000 + Math.floor(nanoseconds / 1e6));
}
