import { OtelEventsError } from '../errors.ts';
import { LentLine } from '../otlp/wire/lent-line.ts';
import { OtlpRequest } from '../otlp/wire/otlp-request.ts';
import type { BatchExporter } from './batch-exporter.ts';
import { groupResources } from './group-resources.ts';
import { GroupedPath } from './grouped-path.ts';
import type { LineFile } from './line-file.ts';
import { NotAFile } from './named-file.ts';
import { OpenFiles } from './open-files.ts';
import { type OtlpFileOptions, otlpFile, writeLent } from './otlp-file.ts';
import { otlpFileEncoding } from './otlp-file-format.ts';

/** Which files there are, and how many of them at once. */
export interface GroupedOtlpFilesOptions extends Omit<OtlpFileOptions, 'createDirectory'> {
  /** With one `*`, in the place of which the attribute stands. */
  readonly path: string;
  /** Of resources; what it says stands in the path. */
  readonly resourceAttribute: string;
  readonly maxOpenFiles: number;
  /** Told what is in no file: of resources without the attribute, or with one that no file can be named by. */
  readonly onDropped: (count: number, reason: string) => void;
}

/** Bytes of a file that are being made. */
interface Part {
  readonly path: string;
  readonly bytes: LentLine | Uint8Array | Promise<Uint8Array>;
}

/** A file is where a directory should be, or the other way round: it would be there at the next attempt too. */
const IN_THE_WAY = ['ENOTDIR', 'EISDIR'];

/**
 * Writes the resources of each batch to files by an attribute of theirs, as {@link openOtlpFile} does to one. A batch
 * is taken when all of it is in its files; of one that is refused some files may hold their part.
 * @see the OpenTelemetry Collector's file exporter, `group_by`
 */
export function openGroupedOtlpFiles(options: GroupedOtlpFilesOptions): BatchExporter {
  const { path, resourceAttribute, maxOpenFiles, onDropped, append = false, ...others } = options;
  const { encode, messageStart } = otlpFileEncoding(options);
  const paths = new GroupedPath(path);
  const files = new OpenFiles(maxOpenFiles, (file, isNew) =>
    otlpFile({ ...others, path: file, append: append || !isNew, createDirectory: true }, messageStart),
  );
  const counts = { sent: 0, queued: 0, dropped: 0 };
  let last: Promise<unknown> = Promise.resolve();
  return {
    consume: async (batch) => {
      const request = OtlpRequest.of(batch);
      const { groups, rest } = groupResources(request, resourceAttribute, (value) => paths.fileOf(value));
      const parts = [...groups].map(([file, part]) => ({ path: file, bytes: encode(part) }));
      // Whoever waits for their turn would not have heard of a failure yet.
      for (const { bytes } of parts) if (bytes instanceof Promise) bytes.catch(() => {});
      // One after the other: files may be closed in between, and nothing waits in them.
      const written = last.then(() => writeParts(files, parts, maxOpenFiles));
      last = written.catch(() => {});
      counts.queued += batch.count;
      await written.finally(() => {
        counts.queued -= batch.count;
      });
      const dropped = rest?.count ?? 0;
      counts.sent += batch.count - dropped;
      counts.dropped += dropped;
      if (dropped > 0) onDropped(dropped, `no ${resourceAttribute} that a file can be named by`);
    },
    taken: () => ({ ...counts }),
    close: async () => {
      await last;
      await files.close();
    },
  };
}

async function writeParts(files: OpenFiles, parts: readonly Part[], atOnce: number): Promise<void> {
  for (let from = 0; from < parts.length; from += atOnce) {
    const some = parts.slice(from, from + atOnce);
    const open = await files.get(some.map(({ path }) => path));
    const writes = some.map(({ bytes }, index) => write(open[index] as LineFile, bytes));
    const [failed] = (await Promise.allSettled(writes)).filter(({ status }) => status === 'rejected');
    if (failed !== undefined) throw refusalOf((failed as PromiseRejectedResult).reason);
  }
}

async function write(file: LineFile, bytes: Part['bytes']): Promise<void> {
  if (bytes instanceof LentLine) await writeLent(file, bytes);
  else await file.appendWhole(await bytes);
}

function refusalOf(error: unknown): unknown {
  const { cause, message } = error as Error;
  const { code = '' } = (cause ?? {}) as NodeJS.ErrnoException;
  if (!(cause instanceof NotAFile) && !IN_THE_WAY.includes(code)) return error;
  return new OtelEventsError('EXPORT_FAILED', message, { cause, reason: 'file_in_the_way' });
}
