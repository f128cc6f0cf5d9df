import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A query of a panel, as it stands in a dashboard's file. */
export interface Target {
  readonly refId: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly expr?: string;
  readonly queryType?: string;
  readonly instant?: boolean;
  readonly service?: string;
  readonly limit?: number;
}

export interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly datasource: { readonly uid: string };
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly targets: readonly Target[];
  readonly fieldConfig: { readonly defaults: { readonly links?: readonly { readonly url: string }[] } };
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly datasource?: { readonly uid: string };
  readonly query: string | { readonly label?: string; readonly query?: string; readonly field?: string };
}

/** A dashboard as Grafana reads it. */
export interface DashboardFile {
  readonly file: string;
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly Panel[];
}

const root = path.join(import.meta.dirname, '../..');

/** All dashboards of a folder of this repository, as Grafana is given them. */
export function dashboardFiles(folder: string): DashboardFile[] {
  const dir = path.join(root, folder);
  return readdirSync(dir).map((file) => ({
    file,
    ...(JSON.parse(readFileSync(path.join(dir, file), 'utf8')) as Omit<DashboardFile, 'file'>),
  }));
}
