import { headerRanges } from '../../serve/header-ranges.ts';
import { ESCAPINGS, type Escaping } from './escape-name.ts';

/** What a scraper gets. */
export interface Negotiated {
  readonly isOpenMetrics: boolean;
  readonly escaping: Escaping;
  readonly contentType: string;
}

/**
 * The format that a scraper likes best of those there are: the text format if it names none.
 * @param accept - the header of that name
 * @see https://prometheus.io/docs/instrumenting/content_negotiation/
 */
export function negotiate(accept: string | undefined, hasOpenMetrics: boolean): Negotiated {
  let escaping: Escaping = 'underscores';
  for (const { type, parameters } of headerRanges(accept ?? '')) {
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
