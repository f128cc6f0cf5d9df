import { gunzipSync } from 'node:zlib';
import type { SinkRequest } from '../harness/http-sink.ts';

/** One message or event of a batch, as it was posted. */
export type Message = Readonly<Record<string, unknown>>;

/** What `{ batch: [...] }` bodies hold, the form that both Segment and PostHog take, compressed or not. */
export function sentBatches(requests: readonly SinkRequest[]): readonly Message[] {
  return requests.flatMap(({ headers, body }) => {
    const text = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    return JSON.parse(text.toString()).batch;
  });
}
