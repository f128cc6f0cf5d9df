/** Where collectors listen for OTLP over gRPC. @see OTLP specification, "OTLP/gRPC Default Port" */
export const GRPC_PORT = '4317';

/** What to do where OTLP over HTTP was sent there. */
export const GRPC_PORT_FIX = 'port 4317 is that of OTLP over gRPC, use the port of OTLP over HTTP, 4318';
