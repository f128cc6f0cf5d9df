/**
 * What there is once for all copies of this package: an app may load it as ES modules and as CommonJS, or in two
 * versions. The number changes when the shape does; then each of two versions has its own.
 * @param name - such as `loggers/v1`
 */
export function processWide<T extends object>(name: `${string}/v${number}`, make: () => T): T {
  const globals = globalThis as { [key: symbol]: unknown };
  const key = Symbol.for(`otel-events.${name}`);
  globals[key] ??= make();
  return globals[key] as T;
}
