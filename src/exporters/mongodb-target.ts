import { OtelEventsError } from '../errors.ts';

/** What can be known of a connection string without the driver. */
export interface MongodbTarget {
  /** Hosts and ports, without credentials. */
  readonly hosts: string;
  /** Whether it says itself when a write is acknowledged. */
  readonly hasWriteConcern: boolean;
}

// Credentials may hold none of @ / ? # unless they are encoded, so nothing of them can end up in `hosts`.
const URL = /^mongodb(?:\+srv)?:\/\/(?:[^@/?#]*@)?(?<hosts>[^@/?#]+)(?:\/[^@?#]*)?(?:\?(?<query>[^@#]*))?$/;

/**
 * @throws OtelEventsError `EXPORT_URL_INVALID`; `OPTION_INVALID` for writes that nobody acknowledges
 */
export function mongodbTarget(url: unknown): MongodbTarget {
  const groups = URL.exec(typeof url === 'string' ? url : '')?.groups;
  if (groups?.hosts === undefined) {
    const fix = 'for example mongodb://localhost:27017; encode what is special in a password';
    throw new OtelEventsError('EXPORT_URL_INVALID', 'mongodbExporter: url: wanted a mongodb URL', { fix });
  }
  const level = new URLSearchParams(groups.query ?? '').get('w');
  if (level === '0') {
    const fix = 'leave w out, or use 1 or majority';
    throw new OtelEventsError('OPTION_INVALID', 'mongodbExporter: url: w=0 would lose events', { fix });
  }
  return { hosts: groups.hosts, hasWriteConcern: level !== null };
}
