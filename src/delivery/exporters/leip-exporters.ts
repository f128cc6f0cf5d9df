import { directoryExporter } from '../../exporters/directory.ts';
import type { Exporter } from '../../exporters/exporter.ts';
import { httpExporter } from '../../exporters/http.ts';
import type { LeipOptions } from './leip-options.ts';

/** The exporters that LEIP's options are short for. */
export function leipExporters(options: LeipOptions): Exporter[] {
  const { bufferDirectory, bufferLimit, httpUrl, httpHeaders, httpMethod } = options;
  const exporters: Exporter[] = [];
  if (bufferDirectory !== undefined) {
    exporters.push(directoryExporter({ directory: bufferDirectory, limit: bufferLimit }));
  }
  if (httpUrl !== '') {
    exporters.push(httpExporter({ url: httpUrl, headers: httpHeaders, method: httpMethod }));
  }
  return exporters;
}
