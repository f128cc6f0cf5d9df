import type { TestContext } from 'node:test';
import { startCollector } from '../../../src/collector/start-collector.ts';
import type { LedgerAnswer } from '../../../src/viewer/store/event-store.ts';
import { tempDir } from '../../harness/temp-dir.ts';

export interface LedgerUnderTest {
  readonly otlp: string;
  readonly page: string;
  ledger(): Promise<LedgerAnswer>;
  /** Ends the collector; what was stored stays. */
  close(): Promise<void>;
}

/** A collector with a viewer behind its receiver. @param more - further parts of its configuration */
export async function ledgerUnderTest(
  t: TestContext,
  {
    directory = tempDir(t),
    port = 0,
    processors = {},
    pipeline = {},
  }: {
    readonly directory?: string;
    readonly port?: number;
    readonly processors?: object;
    readonly pipeline?: object;
  } = {},
): Promise<LedgerUnderTest> {
  const logs = { receivers: ['otlp'], exporters: ['viewer'], ...pipeline };
  const traces = { receivers: ['otlp'], exporters: ['viewer'] };
  const collector = await startCollector({
    config: {
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
      processors,
      exporters: { viewer: { endpoint: '127.0.0.1:0', directory } },
      service: { pipelines: { logs, traces } },
    },
    write: () => {},
  });
  const close = () => collector.stop();
  t.after(close);
  const page = collector.endpoints.viewer as string;
  const ledger = async () => (await (await fetch(`${page}/api/ledger`)).json()) as LedgerAnswer;
  return { otlp: collector.endpoints.otlp as string, page, ledger, close };
}
