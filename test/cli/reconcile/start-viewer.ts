import path from 'node:path';
import type { TestContext } from 'node:test';
import { startCollector } from '../../../src/collector/index.ts';
import { freePort } from '../../harness/free-port.ts';

/** A viewer that runs, and the collector that it is a part of. */
export interface RunningViewer {
  readonly url: string;
  /** Base URL for OTLP. */
  readonly otlp: string;
  readonly directory: string;
  stop(): Promise<void>;
}

/** Starts a viewer on free ports, with its store in `base`. */
export async function startViewer(t: TestContext, base: string): Promise<RunningViewer> {
  const [port, otlpPort] = [await freePort(), await freePort()];
  const directory = path.join(base, 'viewer');
  const collector = await startCollector({
    config: [
      `yaml:{receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${otlpPort}"}}}},
      exporters: {viewer: {endpoint: "127.0.0.1:${port}", directory: ${JSON.stringify(directory)}, links: {otlp_http: "http://127.0.0.1:${otlpPort}"}}},
      service: {telemetry: {logs: {level: error}}, pipelines: {logs: {receivers: [otlp], exporters: [viewer]},
      traces: {receivers: [otlp], exporters: [viewer]}}}}`,
    ],
  });
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (!isStopped) await collector.stop();
    isStopped = true;
  };
  t.after(stop);
  return { url: `http://127.0.0.1:${port}`, otlp: `http://127.0.0.1:${otlpPort}`, directory, stop };
}
