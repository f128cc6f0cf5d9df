import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import type { TestContext } from 'node:test';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { startViewer, type ViewerOptions } from '../../../src/viewer/api/start-viewer.ts';
import type { EventStore } from '../../../src/viewer/store/event-store.ts';
import { openStore } from '../../../src/viewer/store/threads/open-store.ts';
import { tempDir } from '../../harness/temp-dir.ts';

const ABOUT = {
  version: '1.2.3',
  endpoints: { otlpHttp: 'http://127.0.0.1:4318' },
  links: {},
};

export interface ViewerUnderTest {
  readonly store: EventStore;
  readonly url: string;
  readonly openUrl: string;
  readonly errors: readonly unknown[];
  ask(path: string, options?: RequestOptions, body?: string): Promise<Asked>;
  close(): Promise<void>;
}

export interface Asked {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at answers as they come
  readonly json: any;
}

export async function viewerUnderTest(
  t: TestContext,
  options: Partial<ViewerOptions> = {},
): Promise<ViewerUnderTest> {
  const store = await openStore({ directory: tempDir(t), blockRows: 64, fileRows: 256 });
  const errors: unknown[] = [];
  const viewer = await startViewer({
    store,
    address: { host: 'localhost', port: 0 },
    about: ABOUT,
    onError: (error) => errors.push(error),
    ...options,
  });
  t.after(async () => {
    await viewer.close(100);
    await store.close();
  });
  const { url, openUrl } = viewer;
  const close = () => viewer.close(100);
  return { store, url, openUrl, errors, ask: (path, given, body) => ask(url + path, given, body), close };
}

/**
 * By Node's client: `fetch` sets `Host` and `Sec-Fetch-Site` itself.
 * @param body - sent as it is; default: none
 */
export function ask(url: string, options: RequestOptions = {}, body?: string): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, ...options }, async (response) => {
      let text = '';
      for await (const part of response.setEncoding('utf8')) text += part;
      const { statusCode: status = 0, headers } = response;
      const isJson = headers['content-type'] === 'application/json' && text !== '';
      resolve({ status, headers, text, json: isJson ? JSON.parse(text) : undefined });
    });
    sent.on('error', reject).end(body);
  });
}

export const START_MS = 1_764_288_000_000;

/** What is not the same of all. */
export interface Made {
  readonly name: string;
  readonly user?: string;
  readonly body?: string;
  readonly traceId?: string;
  readonly severity?: number;
  readonly more?: Readonly<Record<string, string>>;
}

/** Events of a shop, a second after each other. */
export function events(made: readonly Made[]): OtlpRequest {
  const attribute = ([key, stringValue]: [string, string]) => ({ key, value: { stringValue } });
  const logRecords = made.map(({ name, user, body, traceId, severity = 9, more = {} }, at) => ({
    timeUnixNano: String(BigInt(START_MS + at * 1000) * 1_000_000n),
    eventName: name,
    severityNumber: severity,
    ...(body === undefined ? {} : { body: { stringValue: body } }),
    ...(traceId === undefined ? {} : { traceId, spanId: traceId.slice(16) }),
    attributes: [
      ...(user === undefined ? [] : [attribute(['user.id', user])]),
      ...Object.entries(more).map(attribute),
    ],
  }));
  const resource = { attributes: [attribute(['service.name', 'shop'])] };
  return OtlpRequest.from('logs', { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] });
}
