import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { NO_COUNTS } from './check-app.ts';
import { installInRow, runAgain } from './run-in-row.ts';

/** What an app prints that uses `log-three.mjs`. */
interface Seen {
  readonly problems: readonly { readonly code: string; readonly fix?: string }[];
  readonly traceparent: string;
  readonly total: object;
}

const CASES = [
  {
    what: 'a no-op is registered',
    args: ['no-op.mjs'],
    env: {},
    code: 'PROVIDER_MISSING',
    fix: /log record processor.*delivery 'durable'/,
  },
  {
    what: 'OTEL_SDK_DISABLED',
    args: ['sdk-disabled.mjs'],
    env: { OTEL_SDK_DISABLED: 'true' },
    code: 'SDK_DISABLED',
    fix: /unset the variable/,
  },
];

for (const [title, app] of [
  ['3.x', 'b-sdk3'],
  ['2.x', 'c-sdk2'],
] as const) {
  describe(`SDK ${title} that takes nothing`, () => {
    const { row, installed } = installInRow({ fixture: `SDK ${title}, a no-op, or disabled`, app });
    for (const { what, code, fix, ...run } of CASES) {
      row.check(
        'warnings',
        `${what}: one warning tells the fix, every event is counted, nothing leaves`,
        async () => {
          const { seen, requests, run: ended } = await runAgain<Seen>(installed(), run);
          assert.deepEqual(
            seen.problems.map((each) => each.code),
            [code],
          );
          assert.match(seen.problems[0]?.fix ?? '', fix);
          assert.match(ended.stderr, new RegExp(`^otel-events: ${code}: .*\n$`));
          assert.deepEqual(seen.total, { ...NO_COUNTS, emitted: 3, dropped: { disabled: 3 } });
          assert.match(seen.traceparent, /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})/);
          assert.equal(requests.length, 0);
          return code;
        },
      );
    }
  });
}
