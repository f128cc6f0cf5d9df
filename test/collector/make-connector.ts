import { readConfig } from '../../src/collector/read-config.ts';
import type { Consume } from '../../src/otlp/wire/batch.ts';
import type { OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';

type Signal = 'logs' | 'traces' | 'metrics';

function configOf(type: string, settings: object | null): object {
  return {
    receivers: { otlp: { protocols: { http: {} } } },
    exporters: { nop: null },
    connectors: { [type]: settings },
    service: {
      pipelines: {
        traces: { receivers: ['otlp'], exporters: [type] },
        metrics: { receivers: [type], exporters: ['nop'] },
      },
    },
  };
}

/** A connector that makes metrics, as a configuration makes it, with what it logs and sends. */
export async function makeConnector(
  type: string,
  settings: object | null,
  onEmit: (request: OtlpRequest) => void | Promise<void> = () => {},
) {
  const lines: string[] = [];
  const emitted: OtlpObject[] = [];
  const emit: Consume = async (batch) => {
    const request = OtlpRequest.of(batch);
    await onEmit(request);
    emitted.push(request.decoded());
  };
  const config = await readConfig(configOf(type, settings), { environment: {} });
  const connector = await config.connectors.get(type)?.create({
    id: type,
    log: (level, message, fields = {}) =>
      lines.push([level, message, ...Object.entries(fields).map((pair) => pair.join('='))].join(' ')),
    emit,
  });
  if (connector === undefined) throw new Error(`no ${type}`);
  const give = (signal: Signal, decoded: object): OtlpObject | undefined => {
    const request = OtlpRequest.from(signal, decoded as OtlpObject);
    const passed = connector.pass?.(request);
    connector.taken?.(request);
    return passed?.decoded();
  };
  return { connector, give, lines, emitted };
}

/** What is wrong with the settings of a connector. */
export async function problemsOf(type: string, settings: object): Promise<string[]> {
  try {
    await readConfig(configOf(type, settings), { environment: {} });
    return [];
  } catch (error) {
    return (error as Error).message
      .split('\n')
      .map((line) => line.replace(`config: connectors.${type}.`, ''));
  }
}
