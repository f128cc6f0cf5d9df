/** A variable, without white space around it; undefined where it is unset or empty. */
export function text(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

/** A whole number above 0; undefined for anything else. */
export function count(env: NodeJS.ProcessEnv, name: string): number | undefined {
  const value = Number(text(env, name) ?? Number.NaN);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}
