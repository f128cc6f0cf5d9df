/** A request for `/v1/logs` in OTLP/JSON with one event in it. */
export function logsRequest(eventName: string): object {
  return {
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeLogs: [
          {
            scope: { name: 'test' },
            logRecords: [
              {
                timeUnixNano: '1700000000000000000',
                severityNumber: 9,
                // The real collector writes an absent body as `{}`.
                body: { stringValue: eventName },
                eventName,
              },
            ],
          },
        ],
      },
    ],
  };
}

/** A request for `/v1/traces` in OTLP/JSON with one span in it, which ends now. */
export function tracesRequest(traceId: string, name: string): object {
  const endMs = Date.now();
  const span = {
    traceId,
    spanId: traceId.slice(16),
    name,
    kind: 1,
    startTimeUnixNano: `${endMs - 5}000000`,
    endTimeUnixNano: `${endMs}000000`,
  };
  return {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeSpans: [{ scope: { name: 'test' }, spans: [span] }],
      },
    ],
  };
}

/** Posts an OTLP/JSON request. @returns the HTTP status */
export async function postJson(url: string, request: object): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  await response.arrayBuffer();
  return response.status;
}
