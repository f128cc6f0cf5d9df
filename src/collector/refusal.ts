/** Why a request is not taken, as HTTP says it. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** The gRPC code that a Status carries for an HTTP status. @see google.rpc.Code */
export function grpcCodeOf(status: number): number {
  return GRPC_CODES.get(status) ?? 13;
}

const GRPC_CODES: ReadonlyMap<number, number> = new Map([
  [400, 3],
  [404, 5],
  [405, 12],
  [413, 8],
  [415, 3],
  [503, 14],
]);
