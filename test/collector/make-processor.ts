import { readConfig } from '../../src/collector/read-config.ts';
import type { OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';

type Signal = 'logs' | 'traces' | 'metrics';

function configOf(type: string, settings: object): object {
  return {
    receivers: { otlp: { protocols: { http: {} } } },
    processors: { [type]: settings },
    exporters: { nop: {} },
    service: {
      pipelines: {
        logs: { receivers: ['otlp'], processors: [type], exporters: ['nop'] },
        traces: { receivers: ['otlp'], processors: [type], exporters: ['nop'] },
      },
    },
  };
}

/** A processor as a configuration makes it, and what it logs. */
export async function makeProcessor(type: string, settings: object, collectGarbage?: () => void) {
  const lines: string[] = [];
  const config = await readConfig(configOf(type, settings), { environment: {} });
  const processor = await config.processors.get(type)?.create({
    id: type,
    collectGarbage,
    log: (level, message, fields = {}) =>
      lines.push([level, message, ...Object.entries(fields).map((pair) => pair.join('='))].join(' ')),
  });
  if (processor === undefined) throw new Error(`no ${type}`);
  const pass = async (signal: Signal, decoded: object) =>
    processor.process(OtlpRequest.from(signal, decoded as OtlpObject));
  return { processor, lines, pass };
}

/** What is wrong with the settings of a processor, a line for each problem, without the words that are in all. */
export async function problemsOf(type: string, settings: object): Promise<string[]> {
  try {
    await readConfig(configOf(type, settings), { environment: {} });
    return [];
  } catch (error) {
    return (error as Error).message
      .split('\n')
      .map((line) => line.replace(`config: processors.${type}`, '').replace(/^\.|^: /, ''));
  }
}

/** A request with these log records, in one resource and scope. */
export function recordsOf(...logRecords: readonly object[]): OtlpObject {
  return {
    resourceLogs: [{ resource: {}, scopeLogs: [{ scope: {}, logRecords }] }],
  } as unknown as OtlpObject;
}

export function spansOf(...spans: readonly object[]): OtlpObject {
  return { resourceSpans: [{ resource: {}, scopeSpans: [{ scope: {}, spans }] }] } as unknown as OtlpObject;
}

/** Attributes that are texts. */
export function texts(attributes: Readonly<Record<string, string>>): object[] {
  return Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

/** What a processor makes of one log record. */
export async function logRecordAfter(type: string, settings: object, record: object): Promise<OtlpObject> {
  const { pass, lines } = await makeProcessor(type, settings);
  const request = await pass('logs', recordsOf(record));
  const [resource] = (request?.decoded().resourceLogs ?? []) as OtlpObject[];
  const [scope] = (resource?.scopeLogs ?? []) as OtlpObject[];
  const [after] = (scope?.logRecords ?? []) as OtlpObject[];
  if (after === undefined) throw new Error(`${type} left no record: ${lines.join('; ')}`);
  return after;
}
