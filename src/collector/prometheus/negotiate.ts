import { ESCAPINGS, type Escaping } from './escape-name.ts';

/** What a scraper gets. */
export interface Negotiated {
  readonly isOpenMetrics: boolean;
  readonly escaping: Escaping;
  readonly contentType: string;
}

interface Range {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/** More is not read of a header. */
const MAX_RANGES = 50;

/**
 * The format that a scraper likes best of those there are: the text format if it names none.
 * @param accept - the header of that name
 * @see https://prometheus.io/docs/instrumenting/content_negotiation/
 */
export function negotiate(accept: string | undefined, hasOpenMetrics: boolean): Negotiated {
  let escaping: Escaping = 'underscores';
  for (const { type, parameters } of rangesOf(accept ?? '')) {
    const wanted = ESCAPINGS.find((one) => one === parameters.get('escaping'));
    // As the real one does: what was wanted for a format that there is not, holds for the next one too.
    if (wanted !== undefined) escaping = wanted;
    const version = parameters.get('version') ?? '';
    if (type === 'text/plain' && ['', '0.0.4'].includes(version)) break;
    const isOpenMetrics = type === 'application/openmetrics-text' && ['', '0.0.1', '1.0.0'].includes(version);
    if (isOpenMetrics && hasOpenMetrics) {
      const given = version === '1.0.0' ? version : '0.0.1';
      const contentType = `application/openmetrics-text; version=${given}; charset=utf-8; escaping=${escaping}`;
      return { isOpenMetrics, escaping, contentType };
    }
  }
  const contentType = `text/plain; version=0.0.4; charset=utf-8; escaping=${escaping}`;
  return { isOpenMetrics: false, escaping, contentType };
}

/** Whether an answer may be compressed with gzip. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return rangesOf(acceptEncoding ?? '').some(({ type, quality }) => type === 'gzip' && quality > 0);
}

/** The best first; equals in their order. */
function rangesOf(header: string): Range[] {
  const ranges = header.split(',', MAX_RANGES).map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const pairs = parameters.map((pair) => {
      const [name = '', value = ''] = pair.split('=', 2);
      return [name.trim(), value.trim()] as const;
    });
    const named = new Map(pairs);
    const quality = Number(named.get('q') ?? 1);
    return { type, parameters: named, quality: Number.isNaN(quality) ? 1 : quality };
  });
  return ranges.sort((left, right) => right.quality - left.quality);
}
