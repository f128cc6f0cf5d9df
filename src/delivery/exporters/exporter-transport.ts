import { OtelEventsError } from '../../errors.ts';
import type { Exporter } from '../../exporters/exporter.ts';
import type { EventRecord } from '../../otlp/event/event-record.ts';
import { recordsOf } from '../../otlp/event/records-of.ts';
import { verdictIn } from '../../otlp/http/http-verdict.ts';
import { toRequest } from '../../otlp/sdk/encode-envelope.ts';
import { why } from '../../spool/disk/why.ts';
import type { SpoolBatch } from '../../spool/log/cursor.ts';
import type { Answer, Transport } from '../../spool/send/transport.ts';

/** Gives an exporter the records of a batch, decoded from the bytes of the spool. */
export function exporterTransport(exporter: Exporter): Transport {
  return async (batch, signal) => {
    let records: EventRecord[] = [];
    try {
      if (exporter.consume === undefined) records = recordsOf(toBatch(batch));
    } catch (cause) {
      return undecodable(exporter.name, cause);
    }
    try {
      if (exporter.consume !== undefined) await exporter.consume(toBatch(batch), signal);
      else await exporter.send(records, signal);
      return { kind: 'delivered' };
    } catch (cause) {
      return answerOf(exporter.name, cause);
    }
  };
}

/** The record that cannot be decoded is found, and rejected alone. */
function undecodable(name: string, cause: unknown): Answer {
  const reason = 'otlp_invalid';
  const message = `a batch for ${name} cannot be decoded`;
  return { kind: 'invalid', reason, error: new OtelEventsError('OTLP_INVALID', message, { cause, reason }) };
}

function toBatch({ header, bytes, signal, count }: SpoolBatch): Parameters<typeof recordsOf>[0] {
  return { signal, encoding: 'protobuf', bytes: toRequest(header, [bytes]), count };
}

/** Code of the app's rejects, with anything at all; what cannot be read may pass. */
function answerOf(name: string, cause: unknown): Answer {
  try {
    return readAnswer(name, cause);
  } catch {
    const message = `${name}: it rejected with something that cannot be read`;
    return { kind: 'retry', error: new OtelEventsError('EXPORT_FAILED', message) };
  }
}

/** An error of ours without `retry` is final; whatever else an exporter throws may pass. */
function readAnswer(name: string, cause: unknown): Answer {
  if (!(cause instanceof OtelEventsError)) {
    const message = `${name}: ${why(cause)}`;
    return { kind: 'retry', error: new OtelEventsError('EXPORT_FAILED', message, { cause }) };
  }
  const { retry, refused, split, reason = cause.code.toLowerCase() } = cause;
  if (retry !== undefined) {
    return {
      kind: 'retry',
      error: cause,
      ...(retry.afterMs === undefined ? {} : { afterMs: retry.afterMs }),
    };
  }
  if (Array.isArray(refused)) return { kind: 'delivered', which: refused, reason, error: cause };
  // An HTTP server says that of what is no request to it at all, too.
  const doubt =
    verdictIn(reason) === 'invalid' ? { doubt: 'check the URL, and whether it has to be http or https' } : {};
  return { kind: split ?? 'refused', reason, error: cause, ...doubt };
}
