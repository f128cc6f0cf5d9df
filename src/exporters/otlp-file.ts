import type { OtelEventsError } from '../errors.ts';
import { LentLine } from '../otlp/wire/lent-line.ts';
import { OtlpRequest } from '../otlp/wire/otlp-request.ts';
import type { Rotation } from './backups.ts';
import type { BatchExporter } from './batch-exporter.ts';
import { LineFile } from './line-file.ts';
import { type OtlpFileFormat, otlpFileEncoding } from './otlp-file-format.ts';

/** Where batches are written, and how. */
export interface OtlpFileOptions extends OtlpFileFormat {
  readonly path: string;
  /** Keep what is in the file at start; a rotated file is always kept. Default false. */
  readonly append?: boolean;
  /** Make the directories above the file. Default false. */
  readonly createDirectory?: boolean;
  /** Of directories that are made. Default 0o755. */
  readonly directoryMode?: number | undefined;
  readonly rotation?: Rotation;
  /** Told about trouble that costs no data. */
  readonly onError?: (error: OtelEventsError) => void;
}

/**
 * Writes each batch as one line of OTLP/JSON, or as one message. A batch is taken when all of it has been handed to
 * the operating system: it survives the end of this process, however sudden, but not a power cut.
 * @throws OtelEventsError `EXPORT_FAILED` if the file cannot be opened
 * @see OTLP specification, "OTLP File Exporter"
 */
export async function openOtlpFile(options: OtlpFileOptions): Promise<BatchExporter> {
  const { encode, messageStart } = otlpFileEncoding(options);
  const file = otlpFile(options, messageStart);
  await file.open();
  // Compressed beside each other, and written in the order in which they came.
  let last: Promise<unknown> = Promise.resolve();
  return {
    consume: (batch) => {
      const encoded = encode(OtlpRequest.of(batch));
      if (encoded instanceof LentLine) return writeLent(file, encoded);
      if (encoded instanceof Uint8Array) return file.appendWhole(encoded);
      // The turn is over when the write has been asked for: those that wait share one.
      const turn = Promise.all([encoded, last]).then(([bytes]) => ({ written: file.appendWhole(bytes) }));
      last = turn.catch(() => {});
      return turn.then(({ written }) => written);
    },
    close: async () => {
      await last;
      await file.close();
    },
  };
}

/** The line is given back when it is in the file, or known not to be. */
export async function writeLent(file: LineFile, line: LentLine): Promise<void> {
  try {
    await file.appendWhole(line.bytes);
  } finally {
    line.giveBack();
  }
}

/** The file of these options, not opened yet. */
export function otlpFile(options: OtlpFileOptions, messageStart: Uint8Array | undefined): LineFile {
  const { append = false, createDirectory = false, rotation, onError = () => {}, ...others } = options;
  const { path, directoryMode } = others;
  return new LineFile({
    path,
    append: append || rotation !== undefined,
    createDirectory,
    directoryMode,
    lineStart: '{"resource',
    messageStart,
    onError,
    ...(rotation === undefined ? {} : { rotation }),
  });
}
