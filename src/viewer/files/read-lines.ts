import { OtelEventsError } from '../../errors.ts';
import { holdsMessages, isOfPacking, type ReadOptions, readUnpacked } from './read-unpacked.ts';
import { type FileLine, splitLines } from './split-lines.ts';

/** The lines of a file, packed or not. @throws OtelEventsError `OTLP_INVALID` of a file of messages; what the file system throws */
export async function* readLines(file: string, options: ReadOptions = {}): AsyncGenerator<FileLine> {
  const { from = 0 } = options;
  if (from === 0 && (await holdsMessages(file))) throw noLines(file);
  let isBroken = false;
  const chunks = async function* (): AsyncGenerator<Buffer> {
    try {
      yield* readUnpacked(file, options);
    } catch (error) {
      // Its writer died, or it is damaged: what came before is there.
      if (!isOfPacking(error)) throw error;
      isBroken = true;
    }
  };
  let end = from;
  let isTold = false;
  for await (const line of splitLines(chunks())) {
    end = from + line.end;
    // Half a line may stand where it breaks off.
    isTold = isBroken && !line.isEnded;
    yield isTold ? { ...line, end, isBrokenOff: true } : { ...line, end };
  }
  if (isBroken && !isTold) yield { bytes: undefined, end, isEnded: false, isBrokenOff: true };
}

/** A message of protobuf does not say of which signal it is. */
function noLines(file: string): OtelEventsError {
  const message = `${file} holds messages, as written with format: proto or compression, and no lines`;
  return new OtelEventsError('OTLP_INVALID', message, {
    fix: 'files of OTLP/JSON lines are read, packed or not',
  });
}
