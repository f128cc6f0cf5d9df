import { connect } from 'node:net';

/** What came back over one connection. */
export interface Exchange {
  /** Of the answers, in their order. */
  readonly statuses: readonly number[];
  /** How the connection ended: by us, by the server, or broken. */
  readonly end: 'ours' | 'theirs' | 'reset';
}

/** When to stop waiting. */
export interface Wanted {
  readonly answers: number;
  /** End it after so many bytes of ours, whatever has come. */
  readonly cutAfter?: number | undefined;
  readonly timeoutMs: number;
}

/** Writes bytes to a port of this machine and reads answers, as far as there is one to wait for. */
export function exchange(
  port: number,
  bytes: Buffer,
  { answers, cutAfter, timeoutMs }: Wanted,
): Promise<Exchange> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let received = '';
    const finish = (end: Exchange['end']): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ statuses: statusesIn(received), end });
    };
    const timer = setTimeout(() => finish('ours'), timeoutMs);
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      if (cutAfter === undefined && statusesIn(received).length >= answers) finish('ours');
    });
    socket.on('end', () => finish('theirs'));
    socket.on('error', () => finish('reset'));
    socket.on('close', () => finish('theirs'));
    if (cutAfter === undefined) socket.write(bytes);
    else socket.write(bytes.subarray(0, cutAfter), () => finish('ours'));
  });
}

/** Statuses of the answers whose heads are there. No body that these servers send holds such a line. */
function statusesIn(text: string): number[] {
  const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  // 100 is not an answer yet.
  return statuses.filter((status) => status >= 200);
}
