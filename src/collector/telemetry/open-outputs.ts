import { closeSync, openSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OtelEventsError } from '../../errors.ts';

/** Where the lines of the log go. */
export interface LogOutputs {
  /** Never throws. @param line - without its line break */
  readonly write: (line: string) => void;
  readonly close: () => void;
}

type Write = (text: string) => void;

/**
 * Opens outputs of the log, files to append to.
 * @param paths - `stdout`, `stderr`, or paths or `file://` URLs of files
 * @throws OtelEventsError `COLLECTOR_START_FAILED` if a file cannot be opened
 */
export function openOutputs(paths: readonly string[]): LogOutputs {
  const files: number[] = [];
  let isOpen = true;
  const close = (): void => {
    isOpen = false;
    for (const file of files.splice(0)) closeSync(file);
  };
  try {
    const writers = [...new Set(paths)].map((path): Write => {
      if (path === 'stdout' || path === 'stderr') return (text) => void process[path].write(text);
      const name = path.startsWith('file:') ? fileURLToPath(path) : path;
      const file = openFile(name);
      files.push(file);
      return toFile(file, name);
    });
    const write = (line: string): void => {
      if (!isOpen) return;
      for (const writer of writers) writer(`${line}\n`);
    };
    return { write, close };
  } catch (error) {
    close();
    throw error;
  }
}

function openFile(name: string): number {
  try {
    return openSync(name, 'a');
  } catch (cause) {
    const message = `service.telemetry.logs: cannot write to ${name}: ${(cause as NodeJS.ErrnoException).code}`;
    throw new OtelEventsError('COLLECTOR_START_FAILED', message, { cause });
  }
}

/** A log that cannot be written says so once, and stops nothing. */
function toFile(file: number, name: string): Write {
  let hasFailed = false;
  return (text) => {
    try {
      writeSync(file, text);
      hasFailed = false;
    } catch (error) {
      if (!hasFailed) {
        const { code } = error as NodeJS.ErrnoException;
        const time = new Date().toISOString();
        process.stderr.write(
          `${time} ERROR the log cannot be written path=${JSON.stringify(name)} error=${code}\n`,
        );
      }
      hasFailed = true;
    }
  };
}
