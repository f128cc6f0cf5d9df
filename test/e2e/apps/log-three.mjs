// Logs three events, after an app has set up its providers, and tells what became of them.
import { EventLogger } from 'otel-events';

export async function logThree() {
  const problems = [];
  const events = new EventLogger({
    app: { name: 'set-on-events' },
    onError: ({ code, fix }) => problems.push({ code, fix }),
  });
  events.log('one');
  const traceparent = events.track('two', (scope) => {
    events.log('three');
    return scope.traceparent;
  });
  await events.close();
  return { problems, traceparent, total: events.stats().total };
}
