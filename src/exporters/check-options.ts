import { OtelEventsError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';

/**
 * Makes sure that an exporter was given options that it has.
 * @param known - the options, by name; the values do not matter
 * @throws OtelEventsError `OPTION_UNKNOWN`, naming the nearest one
 */
export function checkOptions(exporter: string, options: object, known: Readonly<Record<string, true>>): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    const near = nearestName(name, Object.keys(known));
    const fix = near === undefined ? `it takes ${Object.keys(known).join(', ')}` : `did you mean '${near}'?`;
    throw new OtelEventsError('OPTION_UNKNOWN', `${exporter}: unknown option '${name}'`, { fix });
  }
}
