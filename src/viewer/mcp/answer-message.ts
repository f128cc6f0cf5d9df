import { OtelEventsError } from '../../errors.ts';
import { HANDSHAKE_VERSIONS, VERSIONS } from './protocol-version.ts';
import { mapOf, type RpcMessage } from './read-message.ts';
import { RPC, RpcError } from './rpc-error.ts';
import { type Asked, CAUTION, checkArguments, TOOLS } from './tools.ts';

/** How long a client may take it that the tools are the same. */
const TOOLS_TTL_MS = 3_600_000;

const INSTRUCTIONS = `Events, logs and spans of the apps on this machine, read only. Ask fields for what there is, query for rows. ${CAUTION}`;

/** Who is asked, and in which way. */
export interface McpCall {
  readonly store: Asked;
  readonly version: string;
  /** Of the revision without a handshake. */
  readonly isModern: boolean;
}

/** The result of a request. @throws RpcError, and what the store throws that is no fault of the arguments */
export async function answerMessage({ method, params }: RpcMessage, call: McpCall): Promise<object> {
  const { isModern, version } = call;
  const server = { name: 'otel-events', version };
  const done = isModern ? { resultType: 'complete' } : {};
  const cacheable = isModern ? { ttlMs: TOOLS_TTL_MS, cacheScope: 'private' } : {};
  const about = { capabilities: { tools: {} }, instructions: INSTRUCTIONS };
  if (method === 'tools/list')
    return { ...done, ...cacheable, tools: TOOLS.map(({ call: _, ...told }) => told) };
  if (method === 'tools/call') return { ...done, ...(await callTool(params, call.store)) };
  if (isModern && method === 'server/discover') {
    const _meta = { 'io.modelcontextprotocol/serverInfo': server };
    return { ...done, ...cacheable, ...about, supportedVersions: VERSIONS, _meta };
  }
  if (!isModern && method === 'initialize') {
    const [newest] = HANDSHAKE_VERSIONS;
    const asked = HANDSHAKE_VERSIONS.find((one) => one === params.protocolVersion);
    return { ...about, protocolVersion: asked ?? newest, serverInfo: server };
  }
  if (!isModern && method === 'ping') return {};
  throw new RpcError(RPC.noMethod, 'Method not found', { status: isModern ? 404 : 200 });
}

/** What is wrong with the arguments is told as a result: a model that reads it can ask again. */
async function callTool({ name, arguments: own = {} }: RpcMessage['params'], store: Asked): Promise<object> {
  const tool = TOOLS.find((one) => one.name === name);
  if (tool === undefined)
    throw new RpcError(RPC.wrongParams, `Unknown tool; there are ${TOOLS.map((one) => one.name).join(', ')}`);
  const given = mapOf(own);
  if (given === undefined) throw new RpcError(RPC.wrongParams, 'arguments: a map is wanted');
  try {
    checkArguments(tool, given);
    return { content: [{ type: 'text', text: JSON.stringify(await tool.call(given, store)) }] };
  } catch (error) {
    const isTold = error instanceof OtelEventsError && /^(?:OPTION|QUERY)_/.test(error.code);
    if (!isTold) throw error;
    return { content: [{ type: 'text', text: `${error.code}: ${error.message}` }], isError: true };
  }
}
