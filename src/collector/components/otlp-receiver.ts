import type { ReceiverComponent } from '../component.ts';
import { SERVER_ELSEWHERE } from '../config/http-keys.ts';
import { integer, mapping, optional, type Read, required } from '../config/shape.ts';
import { listenAddress } from '../config/value-shapes.ts';
import { Receiver } from '../receiver.ts';

/** Before and after inflation, as in the OpenTelemetry Collector. */
const MAX_BODY_BYTES = 20 * 1024 * 1024;

const http = mapping(
  {
    endpoint: optional(listenAddress, { host: 'localhost', port: 4318 }),
    max_request_body_size: optional(integer(0), MAX_BODY_BYTES),
  },
  [...SERVER_ELSEWHERE, 'logs_url_path', 'traces_url_path', 'metrics_url_path', 'profiles_url_path'],
);
const shape = mapping({ protocols: required(mapping({ http: required(http) }, ['grpc'])) });

/** Takes OTLP over HTTP. */
export const otlpReceiver: ReceiverComponent<Read<typeof shape>> = {
  type: 'otlp',
  shape,
  create: ({ protocols }, { id, log, consume }) =>
    new Receiver({
      address: protocols.http.endpoint,
      maxBodyBytes: protocols.http.max_request_body_size,
      consume,
      onError: (error) => log('error', 'request failed', { receiver: id, error: String(error) }),
    }),
};
