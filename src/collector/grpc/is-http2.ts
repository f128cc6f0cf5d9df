import type { Socket } from 'node:net';
import { clearTimeout, setTimeout } from '../../time.ts';

/** What each connection of HTTP/2 begins with. @see RFC 9113, 3.4 */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/**
 * Whether a new connection begins as HTTP/2 does; what has come is left in the socket.
 * @returns undefined if it has not said within `timeoutMs`, or is gone
 */
export function isHttp2(socket: Socket, timeoutMs: number): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    let begun: Buffer = Buffer.alloc(0);
    const settle = (answer: boolean | undefined): void => {
      clearTimeout(timer);
      socket.off('readable', look).off('close', gone);
      // Put back only now: it counts as readable, and HTTP/2 takes over where the socket stands.
      if (begun.length > 0) socket.unshift(begun);
      resolve(answer);
    };
    const gone = (): void => settle(undefined);
    const look = (): void => {
      const bytes: Buffer | null = socket.read();
      if (bytes === null) return;
      begun = Buffer.concat([begun, bytes]);
      const length = Math.min(begun.length, PREFACE.length);
      if (!begun.subarray(0, length).equals(PREFACE.subarray(0, length))) settle(false);
      else if (length === PREFACE.length) settle(true);
    };
    const timer = setTimeout(gone, timeoutMs);
    socket.on('readable', look).once('close', gone);
  });
}
