/** `npm run grafana:dashboards`: writes the dashboards of `scripts/dashboards/` as Grafana reads them, for each store. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { dashboards } from './dashboards/dashboards.ts';
import { STORES } from './dashboards/stores.ts';

const root = path.join(import.meta.dirname, '..');
for (const { store, folder } of STORES) {
  for (const [name, text] of dashboards(store)) writeFileSync(path.join(root, folder, name), text);
}
