import { OtelEventsError } from '../../errors.ts';
import { holdsMessages, type ReadOptions, readUnpacked } from './read-unpacked.ts';
import { type FileLine, splitLines } from './split-lines.ts';

/** The lines of a file, packed or not. @throws OtelEventsError `OTLP_INVALID` of a file of messages; what the file system throws */
export async function* readLines(file: string, options: ReadOptions = {}): AsyncGenerator<FileLine> {
  const { from = 0 } = options;
  let end = from;
  if (from === 0 && (await holdsMessages(file))) throw noLines(file);
  try {
    for await (const line of splitLines(readUnpacked(file, options))) {
      end = from + line.end;
      yield { ...line, end };
    }
  } catch (error) {
    if (!isBrokenOff(error)) throw error;
    yield { bytes: undefined, end, isEnded: false, isBrokenOff: true };
  }
}

/** A file whose writer died, or that is damaged: what came before is there. */
function isBrokenOff(error: unknown): boolean {
  return /^Z(?:_|STD_)/.test(String((error as NodeJS.ErrnoException).code));
}

/** A message of protobuf does not say of which signal it is. */
function noLines(file: string): OtelEventsError {
  const message = `${file} holds messages, as written with format: proto or compression, and no lines`;
  return new OtelEventsError('OTLP_INVALID', message, {
    fix: 'files of OTLP/JSON lines are read, packed or not',
  });
}
