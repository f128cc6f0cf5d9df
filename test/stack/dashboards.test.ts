import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { dashboards } from '../../scripts/dashboards/dashboards.ts';
import { STORES } from '../../scripts/dashboards/stores.ts';
import { dashboardFiles, type Panel } from './panels.ts';

interface Datasource {
  readonly uid: string;
  readonly type: string;
  readonly url: string;
  readonly jsonData: Record<string, unknown>;
}

const root = path.join(import.meta.dirname, '../..');
const ofStores = STORES.map(({ folder }) => dashboardFiles(folder));
const files = ofStores.flat();

const read = (file: string): readonly Datasource[] =>
  (parse(readFileSync(path.join(root, file), 'utf8')) as { datasources: Datasource[] }).datasources;
const provisioned = read('collector/grafana/provisioning/datasources/otel-events.yaml');
const ofLoki = read('collector/loki/datasources.yaml');
const datasources = [...provisioned, ...ofLoki];
const uids = datasources.map(({ uid }) => uid);

/** Variables that Grafana has of itself. */
const BUILT_IN = /^__/;

test('the files are what `npm run grafana:dashboards` writes', () => {
  for (const { store, folder } of STORES) {
    const written = dashboards(store);
    assert.deepEqual(readdirSync(path.join(root, folder)).sort(), [...written.keys()].sort());
    for (const [name, text] of written) {
      assert.equal(readFileSync(path.join(root, folder, name), 'utf8'), text, `${folder}/${name}`);
    }
  }
});

test('the dashboards of docker-compose.yml ask only what Grafana is given there', () => {
  const [own = []] = ofStores;
  const asked = new Set(
    own
      .flatMap(({ panels }) => panels.flatMap(({ targets }) => targets))
      .map(({ datasource }) => JSON.stringify(datasource)),
  );
  const given = provisioned.map(({ type, uid }) => JSON.stringify({ type, uid }));
  assert.deepEqual([...asked].sort(), given.sort());
});

test('each store is asked the same questions', () => {
  const [own = [], others = []] = ofStores.map((one) =>
    one.map(({ uid, panels }) => ({
      uid,
      panels: panels.map(({ id, type, targets }) => [id, type, targets.length]),
    })),
  );
  assert.deepEqual(own, others);
});

test('every panel and variable asks a data source that Grafana is given, each of the language it is in', () => {
  for (const { uid, panels, templating } of files) {
    for (const { title, datasource, targets } of panels) {
      assert.ok(targets.length > 0, `${uid}: ${title}`);
      for (const target of targets) {
        assert.ok(uids.includes(target.datasource.uid), `${uid}: ${title}: ${target.datasource.uid}`);
        assert.equal(target.datasource.uid, datasource.uid, `${uid}: ${title} mixes sources`);
      }
    }
    for (const { name, datasource } of templating.list) {
      assert.ok(datasource === undefined || uids.includes(datasource.uid), `${uid}: $${name}`);
    }
  }
});

test('queries and links use only variables that their dashboard has', () => {
  for (const { uid, panels, templating } of files) {
    const known = templating.list.map(({ name }) => name);
    for (const { title, targets, fieldConfig } of panels) {
      const texts = [title, ...targets.map(({ expr, service }) => expr ?? service ?? '')];
      for (const { url } of fieldConfig.defaults.links ?? []) texts.push(url);
      const used = texts.flatMap((text) => [...text.matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name));
      const unknown = used.filter((name) => !known.includes(name) && !BUILT_IN.test(name));
      assert.deepEqual(unknown, [], `${uid}: ${title}`);
    }
  }
});

test('links go to dashboards that exist, with variables that these have', () => {
  const links = files.flatMap(({ panels }) =>
    panels.flatMap(({ fieldConfig }) => fieldConfig.defaults.links ?? []),
  );
  assert.ok(links.length >= 3);
  for (const { url } of links) {
    const target = files.find(({ uid }) => url.startsWith(`/d/${uid}?`));
    assert.ok(target !== undefined, url);
    for (const [, name] of url.matchAll(/var-(\w+)=/g)) {
      assert.ok(
        target.templating.list.some((variable) => variable.name === name),
        url,
      );
    }
  }
});

test('no panel lies on another, and each says what it shows', () => {
  for (const { uid, panels } of files) {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      for (const cell of cellsOf(gridPos)) {
        assert.equal(taken.get(cell), undefined, `${uid}: ${title} at ${cell}`);
        taken.set(cell, title);
      }
    }
    assert.ok(panels.every((panel) => (panel as Panel & { description?: string }).description));
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  }
  for (const own of ofStores) assert.equal(new Set(own.map(({ uid }) => uid)).size, own.length);
});

test('an event links to its trace, and a span to its events', () => {
  for (const [given, store, query] of [
    [provisioned, 'victorialogs', /trace_id:="\$\$\{__span\.traceId\}"/],
    [ofLoki, 'loki', /trace_id="\$\$\{__span\.traceId\}"/],
  ] as const) {
    const dataOf = (uid: string) => given.find((one) => one.uid === uid)?.jsonData;
    const [trace] = (dataOf(store)?.derivedFields ?? []) as { datasourceUid: string; matcherRegex: string }[];
    assert.deepEqual([trace?.datasourceUid, trace?.matcherRegex], ['jaeger', 'trace_id']);
    const logs = dataOf('jaeger')?.tracesToLogsV2 as { datasourceUid: string; query: string };
    assert.equal(logs.datasourceUid, store);
    assert.match(logs.query, query);
  }
});

function cellsOf({ x, y, w, h }: Panel['gridPos']): string[] {
  const cells: string[] = [];
  for (let column = x; column < x + w; column++) {
    for (let row = y; row < y + h; row++) cells.push(`${column}/${row}`);
  }
  return cells;
}
