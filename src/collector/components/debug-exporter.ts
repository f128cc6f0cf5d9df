import { debugExporter as create } from '../../exporters/debug.ts';
import type { ExporterComponent } from '../component.ts';
import { boolean, integer, listed, mapping, optional, type Read, text } from '../config/shape.ts';

const VERBOSITIES = ['basic', 'normal', 'detailed'] as const;
const verbosity = text(listed(VERBOSITIES), (given) =>
  VERBOSITIES.find((name) => name === given.toLowerCase()),
);

const shape = mapping(
  {
    verbosity: optional(verbosity, 'basic'),
    sampling_initial: optional(integer(0), 2),
    sampling_thereafter: optional(integer(0), 1),
    use_internal_logger: optional(boolean, true),
  },
  ['output_paths', 'sending_queue'],
);

const OLD_NAME = 'logging';

/** Shows what comes: where the collector logs, or on standard output. */
export const debugExporter: ExporterComponent<Read<typeof shape>> = {
  type: 'debug',
  shape,
  create: (settings, { id, log, write }) => {
    if (id.split('/', 1)[0] === OLD_NAME)
      log('warn', 'the logging exporter has been deprecated, use the debug exporter instead', {
        exporter: id,
      });
    const { verbosity, sampling_initial: initial, sampling_thereafter: thereafter } = settings;
    const show = settings.use_internal_logger ? write : writeToStdout;
    return create(verbosity, show, { initial, thereafter });
  },
};

function writeToStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}
