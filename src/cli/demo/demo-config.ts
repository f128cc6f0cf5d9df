import path from 'node:path';

/** Where the demo's collector listens and what it writes. */
export interface DemoPlaces {
  /** Of the page. */
  readonly port: number;
  /** Where apps send to. */
  readonly otlpPort: number;
  readonly directory: string;
}

/** The demo's collector, as anybody could write it in a file: OTLP in; files, and the viewer. */
export function demoConfig({ port, otlpPort, directory }: DemoPlaces): object {
  // What an earlier run has written stays, as it does in the store.
  const file = (name: string): object => ({
    path: path.join(directory, name),
    create_directory: true,
    append: true,
  });
  return {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${otlpPort}` } } } },
    exporters: {
      'file/logs': file('events.jsonl'),
      'file/traces': file('spans.jsonl'),
      viewer: {
        endpoint: `localhost:${port}`,
        directory: path.join(directory, 'viewer'),
        schemas: path.join(directory, 'schemas'),
        quarantine: path.join(directory, 'quarantine'),
        links: { otlp_http: `http://127.0.0.1:${otlpPort}` },
      },
    },
    service: {
      pipelines: {
        logs: { receivers: ['otlp'], exporters: ['file/logs', 'viewer'] },
        traces: { receivers: ['otlp'], exporters: ['file/traces', 'viewer'] },
      },
    },
  };
}
