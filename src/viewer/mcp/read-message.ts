import { isPlainObject } from '../../is-plain-object.ts';
import { RPC, RpcError } from './rpc-error.ts';

/** A message of a client, as JSON-RPC 2.0 has it. */
export interface RpcMessage {
  /** Undefined: a notification, which nobody answers. */
  readonly id: string | number | undefined;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Reads the body of a request; undefined for an answer to a question of ours: we ask none. @throws RpcError */
export function readMessage(body: string): RpcMessage | undefined {
  let message: unknown;
  try {
    message = JSON.parse(body);
  } catch {
    throw new RpcError(RPC.notJson, 'the body is no JSON', { status: 400 });
  }
  const fields = mapOf(message);
  if (fields?.jsonrpc !== '2.0')
    throw new RpcError(RPC.noRequest, 'one message of JSON-RPC 2.0 is wanted', { status: 400 });
  const { id, method, params: given = {} } = fields;
  if (method === undefined && ('result' in fields || 'error' in fields)) return undefined;
  const isId = id === undefined || typeof id === 'string' || typeof id === 'number';
  if (!isId || typeof method !== 'string')
    throw new RpcError(RPC.noRequest, 'a method and an id are wanted', { status: 400 });
  const params = mapOf(given);
  if (params === undefined) throw new RpcError(RPC.wrongParams, 'params: a map is wanted', { status: 400 });
  return { id, method, params };
}

/** Undefined for what is no map. */
export function mapOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return isPlainObject(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
}
