/** LEIP's options for where events go; short for a directory and an HTTP exporter in LEIP's format. */
export interface LeipOptions {
  readonly bufferDirectory: string | undefined;
  readonly bufferLimit: number;
  /** Empty for none. */
  readonly httpUrl: string;
  readonly httpHeaders: Readonly<Record<string, string>>;
  readonly httpMethod: string;
}
