/** The gRPC code that a Status carries for an HTTP status. @see google.rpc.Code */
export function grpcCodeOf(status: number): number {
  return GRPC_CODES.get(status) ?? 13;
}

const GRPC_CODES: ReadonlyMap<number, number> = new Map([
  [400, 3],
  [401, 16],
  [403, 7],
  [404, 5],
  [405, 12],
  [413, 8],
  [415, 3],
  [503, 14],
]);
