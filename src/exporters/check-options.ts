import { OtelEventsError } from '../errors.ts';
import { isList, kindOf } from '../kind-of.ts';
import { nearestName } from '../nearest-name.ts';

/**
 * Makes sure that an exporter was given options that it has.
 * @param known - the options, by name; the values do not matter
 * @throws OtelEventsError `OPTION_UNKNOWN`, naming the nearest one
 */
export function checkOptions(
  exporter: string,
  options: unknown,
  known: Readonly<Record<string, true>>,
): asserts options is object {
  if (typeof options !== 'object' || options === null || isList(options)) {
    const fix = `it takes ${Object.keys(known).join(', ')}`;
    throw new OtelEventsError('OPTION_INVALID', `${exporter}: wanted an object, got ${kindOf(options)}`, {
      fix,
    });
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    const near = nearestName(name, Object.keys(known));
    const fix = near === undefined ? `it takes ${Object.keys(known).join(', ')}` : `did you mean '${near}'?`;
    throw new OtelEventsError('OPTION_UNKNOWN', `${exporter}: unknown option '${name}'`, { fix });
  }
}
