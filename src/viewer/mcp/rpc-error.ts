/** What JSON-RPC and MCP call errors of a request, and no tool can mend. */
export const RPC = {
  notJson: -32700,
  noRequest: -32600,
  noMethod: -32601,
  wrongParams: -32602,
  internal: -32603,
  /** A header of HTTP does not say what the body says. */
  headerMismatch: -32020,
  unsupportedVersion: -32022,
} as const;

/** A request that cannot be answered. */
export class RpcError extends Error {
  readonly code: number;
  /** Of HTTP. */
  readonly status: number;
  readonly data: unknown;

  constructor(
    code: number,
    message: string,
    { status = 200, data }: { status?: number; data?: unknown } = {},
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.data = data;
  }
}
