import type { OtelEventsError } from '../errors.ts';
import { OtlpRequest } from '../otlp/wire/otlp-request.ts';
import type { Rotation } from './backups.ts';
import type { BatchExporter } from './batch-exporter.ts';
import { LineFile } from './line-file.ts';

/** Where batches are written. */
export interface OtlpFileOptions {
  readonly path: string;
  /** Keep what is in the file at start; a rotated file is always kept. Default false. */
  readonly append?: boolean;
  /** Make the directories above the file. Default false. */
  readonly createDirectory?: boolean;
  readonly rotation?: Rotation;
  /** Told about trouble that costs no data. */
  readonly onError?: (error: OtelEventsError) => void;
}

/**
 * Writes each batch as one line of OTLP/JSON. A batch is taken when its whole line has been handed to the
 * operating system: it survives the end of this process, however sudden, but not a power cut.
 * @throws OtelEventsError `EXPORT_FAILED` if the file cannot be opened
 * @see OTLP specification, "OTLP File Exporter"
 */
export async function openOtlpFile(options: OtlpFileOptions): Promise<BatchExporter> {
  const { path, append = false, createDirectory = false, rotation, onError = () => {} } = options;
  const file = new LineFile({
    path,
    append: append || rotation !== undefined,
    createDirectory,
    lineStart: '{"resource',
    onError,
    ...(rotation === undefined ? {} : { rotation }),
  });
  await file.open();
  return {
    consume: (batch) => file.appendWhole(OtlpRequest.of(batch).jsonLine()),
    close: () => file.close(),
  };
}
