import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { SinkRequest } from '../harness/http-sink.ts';
import { type AppCase, checkApp } from './check-app.ts';
import { runAgain } from './run-in-row.ts';

const CASES: readonly AppCase[] = [
  // It keeps its own trace and does not tell OpenTelemetry of it: events have a trace of their own.
  { fixture: 'Sentry', app: 'sentry', events: 'ours', spans: 'ours', except: ['trace', 'own spans'] },
  {
    fixture: 'Sentry, enableOpenTelemetrySetup',
    app: 'sentry',
    env: { SENTRY_OTEL: 'true' },
    events: 'ours',
    spans: 'app',
    except: ['own spans'],
  },
];

for (const each of CASES) {
  describe(`an app with ${each.fixture}`, () => {
    const { row, ran } = checkApp(each);
    row.check(
      'own spans',
      'Sentry shows no span of our own requests, in a span of its own either',
      async () => {
        const { installed } = ran();
        const args = ['deliver-in-span.mjs'];
        const { seen, raw } = await runAgain<{ acked: number }>(installed, { ...each, args });
        assert.equal(seen.acked, 1);
        const envelopes = raw
          .filter(({ path }) => path.includes('/envelope/'))
          .map(textOf)
          .join();
        assert.match(envelopes, /"name":"deliver"/);
        // That the app's own request is here shows that ours would be, too.
        assert.match(envelopes, /\/of-the-app/);
        assert.doesNotMatch(envelopes, /\/v1\/(logs|traces)/);
        return 'none';
      },
    );
  });
}

function textOf({ headers, body }: SinkRequest): string {
  return String(headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
}
