import type { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import type { Visit } from './visit.ts';
import { walkBytes } from './walk-bytes.ts';
import { walkDecoded } from './walk-decoded.ts';

/**
 * Visits all of a request, which may be shared: what is changed is a new one.
 * @returns the request itself if nothing was changed
 */
export function walkRequest(request: OtlpRequest, visit: Visit): OtlpRequest {
  return walkBytes(request, visit) ?? walkDecoded(request, visit);
}
