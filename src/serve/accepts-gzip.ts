import { headerRanges } from './header-ranges.ts';

/** Whether an answer may be compressed with gzip. */
export function acceptsGzip(acceptEncoding: string | string[] | undefined): boolean {
  return headerRanges(String(acceptEncoding ?? '')).some(
    ({ type, quality }) => type === 'gzip' && quality > 0,
  );
}
