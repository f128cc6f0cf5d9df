const NAMES: Readonly<Record<string, number>> = {
  TRACE: 1,
  DEBUG: 5,
  INFO: 9,
  WARN: 13,
  ERROR: 17,
  FATAL: 21,
};

/** OTel severity numbers that events get by themselves. */
export const INFO = 9;
export const ERROR = 17;

/**
 * The OTel severity number of a number (1-24) or a name (`INFO`, `warn`, `ERROR2`); undefined if it is none.
 * @see OpenTelemetry specification, "logs/data-model/#severity-fields"
 */
export function parseSeverity(severity: unknown): number | undefined {
  if (typeof severity === 'string') {
    const [, name = '', step = '1'] = /^([A-Z]+)([2-4])?$/.exec(severity.toUpperCase()) ?? [];
    const first = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
    return first === undefined ? undefined : first + Number(step) - 1;
  }
  const valid = Number.isInteger(severity) && (severity as number) >= 1 && (severity as number) <= 24;
  return valid ? (severity as number) : undefined;
}
