import type { IncomingHttpHeaders } from 'node:http';
import { mapOf, type RpcMessage } from './read-message.ts';
import { RPC, RpcError } from './rpc-error.ts';

/** The revision in which each request says its version itself. */
const MODERN = '2026-07-28';

/** Those in which a client shakes hands first (`initialize`), the newest first. */
export const HANDSHAKE_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const;

export const VERSIONS = [MODERN, ...HANDSHAKE_VERSIONS] as const;

/**
 * Whether a request is of the revision without a handshake; the headers have to say what its body says.
 * @throws RpcError
 * @see Model Context Protocol 2026-07-28, "Streamable HTTP", "Request Metadata"
 */
export function isModern({ method, params }: RpcMessage, headers: IncomingHttpHeaders): boolean {
  const header = headers['mcp-protocol-version'];
  const own = mapOf(params._meta)?.['io.modelcontextprotocol/protocolVersion'];
  const requested = own ?? header;
  // The handshake names the version in its own way, and older clients never do.
  if (requested !== undefined && !VERSIONS.some((version) => version === requested)) {
    throw new RpcError(RPC.unsupportedVersion, 'Unsupported protocol version', {
      status: 400,
      data: { supported: VERSIONS, requested: String(requested).slice(0, 40) },
    });
  }
  if (requested !== MODERN) return false;
  const expected = [
    ['MCP-Protocol-Version', header, own],
    ['Mcp-Method', headers['mcp-method'], method],
    ...(method === 'tools/call' ? [['Mcp-Name', decoded(headers['mcp-name']), params.name] as const] : []),
  ] as const;
  for (const [name, said, inBody] of expected) {
    if (said !== undefined && said === inBody) continue;
    throw new RpcError(RPC.headerMismatch, `Header mismatch: ${name} does not say what the body says`, {
      status: 400,
    });
  }
  return true;
}

/** A value that is no plain text comes as `=?base64?…?=`. */
function decoded(value: string | string[] | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  const [, packed] = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/.exec(value) ?? [];
  return packed === undefined ? value : Buffer.from(packed, 'base64').toString('utf8');
}
