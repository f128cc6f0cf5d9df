import { loki } from './logql.ts';
import { victorialogs } from './logsql.ts';

/** The stores that there are dashboards for, and where these are; the first one is that of docker-compose.yml. */
export const STORES = [
  { store: victorialogs, folder: 'collector/grafana/dashboards' },
  { store: loki, folder: 'collector/loki/dashboards' },
] as const;
