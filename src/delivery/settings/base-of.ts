/** The option `endpoint` is a base to which the path of the signal is added: one that is there already is meant. */
export function baseOf(endpoint: string | URL): URL {
  const base = new URL(endpoint);
  base.pathname = base.pathname.replace(/(?:\/v1\/(?:logs|traces))*\/*$/, '');
  return base;
}
