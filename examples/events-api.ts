// Events from browsers, and a page that watches them: `npm run build && node examples/events-api.ts`, then open the
// URL it prints. Events go to a collector on http://localhost:4318, or where OTEL_EXPORTER_OTLP_ENDPOINT says.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventLogger } from 'otel-events';
import { eventsApi, requestContext } from 'otel-events/middleware/node';

const events = new EventLogger({ app: { name: 'shop' } });

events.registerSchema(`
$id: https://shop.example/schemas/page-left
version: 1
type: object
properties:
  page: { type: string, categories: [unrestricted] }
  seconds: { type: number, minimum: 0, categories: [unrestricted] }
  email: { type: string, categories: [contact] }
required: [page]
`);

const inContext = requestContext({ events });

const api = eventsApi({
  events,
  // Clients may say this and nothing else.
  schemas: ['https://shop.example/schemas/page-left'],
});

const server = createServer((request, response) =>
  inContext(request, response, () =>
    api(request, response, () => response.setHeader('content-type', 'text/html').end(PAGE)),
  ),
);
server.listen(Number(process.env.PORT ?? 3000), 'localhost', () => {
  console.log(`http://localhost:${(server.address() as AddressInfo).port}`);
});

const PAGE = `<!doctype html>
<title>Shop</title>
<p>Leave this page, or reload it, and come back.
<ul id="seen"></ul>
<script type="module">
  const event = () => JSON.stringify({
    schema_id: 'https://shop.example/schemas/page-left',
    version: 1,
    data: { page: location.pathname, seconds: performance.now() / 1000, email: 'ada@shop.example' },
    timestamp: new Date().toISOString(),
  });
  addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') navigator.sendBeacon('/api/events', event());
  });
  new EventSource('/api/events/subscribe').addEventListener('event', ({ data }) => {
    document.querySelector('#seen').append(Object.assign(document.createElement('li'), { textContent: data }));
  });
</script>`;
