import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before } from 'node:test';
import type { SinkRequest } from '../harness/http-sink.ts';
import { answeringSink } from './answering-sink.ts';
import { type InstalledApp, type InstallOptions, installApp } from './install-app.ts';
import { MatrixRow } from './matrix-row.ts';
import { packageManager } from './package-manager.ts';
import type { Run } from './run.ts';

/** An app that is installed, and run once against a sink of its own. */
export interface RowApp extends InstallOptions {
  /** What the matrix calls it. */
  readonly fixture: string;
  /** Its directory below `apps/`. */
  readonly app: string;
  /** What Node is given; default its `app.mjs`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Copies of the api that are installed; one unless said. */
  readonly apis?: number;
}

/** What there is once the app has run. */
export interface RanApp<Seen> {
  readonly installed: InstalledApp;
  readonly run: Run;
  /** The JSON that it has printed. */
  readonly seen: Seen;
  /** What came to the sink for logs and traces, as OTLP/JSON. */
  readonly requests: readonly SinkRequest[];
  /** All that came to the sink, as it came. */
  readonly raw: readonly SinkRequest[];
}

/** A row of the matrix, and what the app in it did, to be asked for inside of a check. */
export interface RunningRow<Seen> {
  readonly row: MatrixRow;
  readonly ran: () => RanApp<Seen>;
}

/** Installs and runs an app, and registers the tests of its install. Call it inside of a `describe`. */
export function runInRow<Seen>(each: RowApp): RunningRow<Seen> {
  const { row, installed } = installInRow(each);
  let ran: PromiseSettledResult<RanApp<Seen>> | undefined;
  before(async () => {
    [ran] = await Promise.allSettled([runAgain<Seen>(installed(), each)]);
  });
  // An app that fails fails the checks that ask what it did, not those of its install.
  const orThrow = (): RanApp<Seen> => {
    if (ran?.status === 'fulfilled') return ran.value;
    throw new Error(`${each.app} did not run to its end`, { cause: ran?.reason });
  };
  return { row, ran: orThrow };
}

/** Installs an app, and registers the tests of its install. Call it inside of a `describe`. */
export function installInRow(each: Omit<RowApp, 'args' | 'env'>): {
  readonly row: MatrixRow;
  readonly installed: () => InstalledApp;
} {
  const { fixture, app, manager = 'npm', node, apis = 1 } = each;
  const row = new MatrixRow({
    fixture,
    manager: packageManager(manager).title,
    ...(node === undefined ? {} : { node }),
  });
  let installed: InstalledApp;
  before(async () => {
    installed = await installApp(app, each);
    row.installed(versionsIn(installed));
  });
  after(() => installed?.[Symbol.dispose]());
  checkInstall(row, () => installed, apis);
  return { row, installed: () => installed };
}

/** Runs an app that is installed against a new sink. */
export async function runAgain<Seen>(
  installed: InstalledApp,
  { args = ['app.mjs'], env }: Pick<RowApp, 'args' | 'env'>,
): Promise<RanApp<Seen>> {
  await using sink = await answeringSink();
  const run = await installed.run(args, { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...env });
  assert.equal(run.code, 0, run.stderr);
  return { installed, run, seen: JSON.parse(run.stdout), requests: sink.asJson(), raw: sink.requests };
}

function checkInstall(row: MatrixRow, installed: () => InstalledApp, apis: number): void {
  row.check('install', 'it installs without a complaint', () => {
    assert.deepEqual(installed().complaints, []);
    return 'silent';
  });
  row.check('peers', 'all dependencies fit each other', async () => {
    assert.deepEqual(await installed().misfits(), []);
  });
  row.check('apis', `copies of the api: ${apis}`, () => {
    const copies = installed().copiesOf('@opentelemetry/api');
    assert.equal(copies.length, apis, copies.join());
    return `${apis}`;
  });
}

/** The api and what of OpenTelemetry the app asks for, as it is installed. */
function versionsIn(installed: InstalledApp): string {
  const { dependencies } = JSON.parse(readFileSync(path.join(installed.dir, 'package.json'), 'utf8'));
  const asked = Object.keys(dependencies).filter((name) => /\b(api|api-logs|sdk-.*|node)$/.test(name));
  return [...new Set(['@opentelemetry/api', ...asked])]
    .map(
      (name) =>
        `${name.replace('@opentelemetry/', '')} ${[...new Set(installed.copiesOf(name))].join(' + ')}`,
    )
    .join(', ');
}
