/** The address of a path below a store's base URL, which may have a path itself, as behind a proxy. */
export function below(base: URL, path: string): URL {
  return new URL(path, base.href.endsWith('/') ? base : `${base.href}/`);
}
