const TERMINAL_MS = 500;
const LOG_MS = 10_000;

/**
 * Shows on standard error how far something has come: on one line of a terminal, else now and then.
 * @param text - what is shown; empty: nothing yet @returns the end of it
 */
export function showProgress(text: () => string): () => void {
  const { stderr } = process;
  const isTerminal = stderr.isTTY === true;
  let shown = false;
  const show = (): void => {
    const now = text();
    if (now === '') return;
    stderr.write(isTerminal ? `\r${now}\u001b[K` : `${now}\n`);
    shown = true;
  };
  const timer = setInterval(show, isTerminal ? TERMINAL_MS : LOG_MS).unref();
  return () => {
    clearInterval(timer);
    if (isTerminal && shown) stderr.write('\r\u001b[K');
  };
}

const BAR_WIDTH = 30;

/** `importing 3 files  ██████░░░░  61 %`. @param part - of all, 0 to 1 */
export function progressBar(what: string, part: number): string {
  const done = Math.min(1, part);
  const bar = '█'.repeat(Math.round(done * BAR_WIDTH)).padEnd(BAR_WIDTH, '░');
  return `${what}  ${bar}  ${Math.floor(100 * done)} %`;
}
