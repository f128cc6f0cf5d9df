/** `npm run grafana:dashboards`: writes the dashboards of `scripts/dashboards/` as Grafana reads them. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { dashboards } from './dashboards/dashboards.ts';

const out = path.join(import.meta.dirname, '../collector/grafana/dashboards');
for (const [name, text] of dashboards()) writeFileSync(path.join(out, name), text);
