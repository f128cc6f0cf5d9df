import { openOtlpFile } from '../../src/exporters/otlp-file.ts';
import { batchOf } from '../collector/samples.ts';

/** Exports into a file until that fails, and prints what was taken; run under a limit on file sizes. */
const exporter = await openOtlpFile({ path: process.argv[2] ?? '' });
const taken: string[] = [];
for (let index = 0; ; index++) {
  try {
    await exporter.consume(batchOf(`n${index}`));
    taken.push(`n${index}`);
  } catch (error) {
    process.stdout.write(JSON.stringify({ taken, message: (error as Error).message }));
    break;
  }
}
