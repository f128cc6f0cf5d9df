import { OtelEventsError } from '../../errors.ts';
import { httpVerdict } from './http-verdict.ts';
import { type PostResponse, targetOf } from './post.ts';

const FIXES: Readonly<Record<number, string>> = {
  401: 'check the credentials in the headers',
  403: 'check the credentials in the headers, and what they allow',
  404: 'check the URL: over OTLP it usually ends in /v1/logs or /v1/traces',
  405: 'check the URL: the server there takes no OTLP',
  415: 'the server wants another encoding: try the other one of protobuf and json',
  500: "the destination's own log tells why",
};

/** The error for an answer other than 2xx: names the URL and the status, never what the server said. */
export function answerError(url: URL, { status, retryAfterMs }: PostResponse): OtelEventsError {
  const message = `${targetOf(url)} answered ${status}`;
  const fix = fixFor(status);
  const retry = retryAfterMs === undefined ? {} : { afterMs: retryAfterMs };
  return new OtelEventsError('EXPORT_FAILED', message, {
    ...(fix === undefined ? {} : { fix }),
    ...(httpVerdict(status) === 'later' ? { retry } : {}),
    reason: `http_${status}`,
  });
}

function fixFor(status: number): string | undefined {
  const redirected = status >= 300 && status < 400;
  return redirected ? 'redirects are not followed: set the URL it leads to' : FIXES[status];
}
