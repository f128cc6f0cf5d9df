import type { ReceiverComponent } from '../component.ts';
import { SERVER_ELSEWHERE } from '../config/http-keys.ts';
import { integer, mapping, optional, type Read, required } from '../config/shape.ts';
import { listenAddress } from '../config/value-shapes.ts';
import { Intake } from '../intake.ts';
import { Receiver } from '../receiver.ts';

/** Before and after inflation, as in the OpenTelemetry Collector. */
const MAX_BODY_BYTES = 20 * 1024 * 1024;

/** Bodies in memory at once, as a multiple of the largest one. */
const BODIES_AT_ONCE = 8;

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
  create: ({ protocols }, { id, log, consume }) => {
    const { endpoint: address, max_request_body_size: maxBodyBytes } = protocols.http;
    const intake = new Intake({ consume, maxHeldBytes: BODIES_AT_ONCE * maxBodyBytes });
    const onError = (error: unknown): void =>
      log('error', 'request failed', { receiver: id, error: String(error) });
    const receiver = new Receiver({ address, maxBodyBytes, intake, onError });
    return {
      start: () => receiver.start(),
      stop: (timeoutMs) => receiver.stop(timeoutMs),
      stats: () => intake.stats(),
    };
  },
};
