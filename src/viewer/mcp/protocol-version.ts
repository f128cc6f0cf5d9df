import type { IncomingHttpHeaders } from 'node:http';
import { RPC, RpcError } from './rpc-error.ts';

/** Those in which a client shakes hands first (`initialize`), the newest first. */
export const HANDSHAKE_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const;

/** The handshake names the version in its own way, and older clients never do. @throws RpcError of another version */
export function checkVersion(headers: IncomingHttpHeaders): void {
  const requested = headers['mcp-protocol-version'];
  if (requested === undefined || HANDSHAKE_VERSIONS.some((version) => version === requested)) return;
  throw new RpcError(RPC.unsupportedVersion, 'Unsupported protocol version', {
    status: 400,
    data: { supported: HANDSHAKE_VERSIONS, requested: String(requested).slice(0, 40) },
  });
}
