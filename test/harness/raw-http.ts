import { connect, type Socket } from 'node:net';

/** A request as bytes, whatever they are; the lines of the head without their ends. */
export function rawRequest(lines: readonly string[], body = ''): Buffer {
  return Buffer.from(`${[...lines, '', ''].join('\r\n')}${body}`, 'latin1');
}

/**
 * Sends bytes over a connection of their own, and waits for an answer or the end of the connection.
 * @returns the status of the answer; 0: the connection was closed without one
 */
export async function statusOf(port: number, bytes: Uint8Array): Promise<number> {
  const socket = await openSocket(port);
  try {
    return await new Promise((resolve) => {
      let text = '';
      socket.setEncoding('latin1');
      socket.on('data', (chunk) => {
        text += chunk;
        const [, status] = /^HTTP\/1\.1 ([2-5]\d\d)/.exec(text) ?? [];
        if (status !== undefined) resolve(Number(status));
      });
      socket.once('close', () => resolve(0));
      socket.write(bytes);
    });
  } finally {
    socket.destroy();
  }
}

/** A connection whose errors do not matter. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('close', reject));
  return socket;
}

/** What is in tables that are plain objects, although nobody put it there. */
export const INHERITED = [
  '__proto__',
  'constructor',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  'isPrototypeOf',
] as const;
