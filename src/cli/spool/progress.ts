import { counted } from '../../counted.ts';
import type { Resend } from './resend.ts';

const TERMINAL_MS = 500;
const LOG_MS = 10_000;

/** Shows on standard error how far a delivery has come: on one line of a terminal, else now and then. @returns the end of it */
export function showProgress(resend: Resend, total: number): () => void {
  const { stderr } = process;
  const isTerminal = stderr.isTTY === true;
  let shown = false;
  const show = (): void => {
    const text = `${resend.sent} of ${counted(total, 'record')}`;
    stderr.write(isTerminal ? `\r${text}\u001b[K` : `${text}\n`);
    shown = true;
  };
  const timer = setInterval(show, isTerminal ? TERMINAL_MS : LOG_MS).unref();
  return () => {
    clearInterval(timer);
    if (isTerminal && shown) stderr.write('\r\u001b[K');
  };
}

/** Calls `stop` at the first SIGINT or SIGTERM; the second one ends the process at once. @returns the end of it */
export function onSignal(stop: () => void): () => void {
  let told = false;
  const hear = (): void => {
    if (told) process.exit(130);
    told = true;
    stop();
  };
  process.on('SIGINT', hear).on('SIGTERM', hear);
  return () => process.off('SIGINT', hear).off('SIGTERM', hear);
}
