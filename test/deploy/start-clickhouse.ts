import { readFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '../services/free-port.ts';
import { type Server, startServer } from '../services/start-server.ts';

/** The SQL of `collector/clickhouse/`. */
export const CLICKHOUSE_FILES = path.join(import.meta.dirname, '../../collector/clickhouse');

/** ClickHouse's engine, behind a part of its HTTP interface. */
export interface Clickhouse extends Server {
  readonly endpoint: string;
  /** Runs one statement. @returns its rows. @throws with what the engine says */
  query<Row>(sql: string, parameters?: Readonly<Record<string, string>>): Promise<Row[]>;
  /** Runs a file below {@link CLICKHOUSE_FILES}, statement by statement. @returns the rows of the last */
  run<Row>(file: string, parameters?: Readonly<Record<string, string>>): Promise<Row[]>;
}

/** @param python - of the environment that has the engine. @param directory - where its data go */
export async function startClickhouse(python: string, directory: string): Promise<Clickhouse> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;

  const query: Clickhouse['query'] = async <Row>(sql: string, parameters = {}) => {
    const given = Object.entries(parameters).map(([name, value]) => [`param_${name}`, value]);
    const search = new URLSearchParams({ default_format: 'JSONEachRow', ...Object.fromEntries(given) });
    const response = await fetch(`${endpoint}/?${search}`, { method: 'POST', body: sql });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Row);
  };
  const run: Clickhouse['run'] = async <Row>(file: string, parameters = {}) => {
    const text = readFileSync(path.join(CLICKHOUSE_FILES, file), 'utf8');
    let rows: Row[] = [];
    for (const statement of text.split(/;\n/).filter((each) => each.trim() !== '')) {
      rows = await query<Row>(statement, parameters);
    }
    return rows;
  };

  const server = await startServer({
    name: 'clickhouse',
    command: python,
    args: [
      path.join(import.meta.dirname, 'serve_clickhouse.py'),
      path.join(directory, 'clickhouse'),
      String(port),
    ],
    cwd: directory,
    env: {},
    isReady: async () => (await query('SELECT 1 AS one')).length === 1,
  });
  return { ...server, endpoint, query, run };
}
