import type { Signal } from '../otlp/wire/batch.ts';
import type { OtlpObject, OtlpValue } from '../otlp/wire/decode-protobuf.ts';
import type { Message } from '../otlp/wire/message.ts';
import { REQUEST } from '../otlp/wire/messages.ts';
import { OtlpRequest } from '../otlp/wire/otlp-request.ts';
import type { PersonMatch } from './person-match.ts';

/** A request, and how much of it is of a person. */
export interface WithoutPerson {
  /** Log records, spans or data points of the person. */
  readonly found: number;
  /** The request without these; undefined: nothing is left. It is the same where nothing was found. */
  readonly rest: OtlpRequest | undefined;
}

/** @throws OtelEventsError `OTLP_INVALID` of bytes that were not checked */
export function withoutPerson(request: OtlpRequest, match: PersonMatch): WithoutPerson {
  const counts = { found: 0, kept: 0 };
  const message = REQUEST[request.signal as Signal];
  const rest = keep(message, request.decoded(), match, false, counts);
  if (counts.found === 0) return { found: 0, rest: request };
  const isEmpty = counts.kept === 0;
  return { found: counts.found, rest: isEmpty ? undefined : OtlpRequest.from(request.signal, rest) };
}

interface Counts {
  found: number;
  kept: number;
}

/** @param isTheirs - all of it is of the person, as that around it says */
function keep(
  message: Message,
  value: OtlpObject,
  match: PersonMatch,
  isTheirs: boolean,
  counts: Counts,
): OtlpObject {
  const { resource, scope } = value as { readonly resource?: OtlpObject; readonly scope?: OtlpObject };
  const areTheirs = isTheirs || [resource, scope].some((each) => each !== undefined && match.isOf(each));
  const kept: { [name: string]: OtlpValue } = { ...value };
  for (const { name, type, counted } of message.fields) {
    const field = value[name];
    if (field === undefined || typeof type !== 'object' || !(counted || type.holdsItems)) continue;
    if (counted) {
      kept[name] = (field as OtlpObject[]).filter((item) => {
        const isFound = areTheirs || match.isOf(item);
        counts[isFound ? 'found' : 'kept']++;
        return !isFound;
      });
    } else if (Array.isArray(field)) {
      kept[name] = field.flatMap((part) => {
        const before = counts.kept;
        const found = counts.found;
        const rest = keep(type, part as OtlpObject, match, areTheirs, counts);
        // What had nothing in it before stays as it is.
        return counts.kept === before && counts.found > found ? [] : [rest];
      });
    } else kept[name] = keep(type, field as OtlpObject, match, areTheirs, counts);
  }
  return kept;
}
