import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { type HttpSink, httpSink, type SinkRequest } from '../harness/http-sink.ts';

/** A sink that answers every request as OTLP wants it. */
export interface AnsweringSink extends HttpSink {
  /** What came to `/v1/logs` and `/v1/traces`, as the JSON that it stands for. */
  asJson(): SinkRequest[];
}

export async function answeringSink(): Promise<AnsweringSink> {
  const sink = await httpSink((request, response) => {
    response.setHeader('content-type', request.headers['content-type'] ?? '');
    response.end(isJson(request) ? '{}' : '');
  });
  return {
    ...sink,
    asJson: () => sink.requests.filter(({ path }) => /^\/v1\/(logs|traces)$/.test(path)).map(inJson),
  };
}

function isJson({ headers }: SinkRequest): boolean {
  return headers['content-type'] === 'application/json';
}

function inJson(request: SinkRequest): SinkRequest {
  if (isJson(request)) return request;
  const signal = request.path === '/v1/logs' ? 'logs' : 'traces';
  return {
    ...request,
    body: Buffer.from(OtlpRequest.read(signal, 'protobuf', request.body).json()),
  };
}
