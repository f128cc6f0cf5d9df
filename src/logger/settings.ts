import type { AppOptions } from '../delivery/resource/app.ts';
import type { EventLoggerOptions } from './options.ts';

/** The settings of a logger that can be read back, as on LEIP's logger. */
export interface Settings {
  readonly app: AppOptions;
  readonly bufferDirectory: string | undefined;
  readonly bufferLimit: number;
  readonly httpUrl: string;
  readonly httpHeaders: Readonly<Record<string, string>>;
  readonly httpMethod: string;
  readonly captureContent: boolean;
}

/** What of the options can be read back, with its defaults. */
export function settingsOf(options: EventLoggerOptions): Settings {
  const { app = {}, bufferDirectory, bufferLimit = 200, httpUrl = '', httpMethod = 'POST' } = options;
  return {
    app: Object.freeze({ ...app }),
    bufferDirectory,
    bufferLimit,
    httpUrl,
    httpHeaders: Object.freeze({ ...options.httpHeaders }),
    httpMethod,
    captureContent: options.captureContent ?? true,
  };
}
