// The app's SDK is shut down before the logger is closed, or after: `node shut-down.mjs sdk-first|events-first`.
import { NodeSDK } from '@opentelemetry/sdk-node';
import { EventLogger } from 'otel-events';

const sdk = new NodeSDK({ serviceName: 'shut-down', instrumentations: [] });
sdk.start();
const problems = [];
const events = new EventLogger({
  app: { name: 'set-on-events' },
  ...(process.env.APP_DELIVERY && { delivery: process.env.APP_DELIVERY }),
  onError: ({ code }) => problems.push(code),
});
events.log('before.shutdown');
const open = events.track('open');
if (process.argv[2] === 'sdk-first') {
  await sdk.shutdown();
  events.log('after.shutdown');
  open.end();
  await events.close();
} else {
  open.end();
  await events.close();
  await sdk.shutdown();
  events.log('after.close');
}
console.log(JSON.stringify({ problems, total: events.stats().total }));
