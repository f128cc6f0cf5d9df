import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { dashboards } from '../../scripts/dashboards/dashboards.ts';
import { dashboardFiles, type Panel } from './panels.ts';

const grafana = path.join(import.meta.dirname, '../../collector/grafana');
const files = dashboardFiles();

const { datasources } = parse(
  readFileSync(path.join(grafana, 'provisioning/datasources/otel-events.yaml'), 'utf8'),
) as { datasources: { uid: string; type: string; jsonData: Record<string, unknown> }[] };
const uids = datasources.map(({ uid }) => uid);

/** Variables that Grafana has of itself. */
const BUILT_IN = /^__/;

test('the files are what `npm run grafana:dashboards` writes', () => {
  const written = dashboards();
  assert.deepEqual(readdirSync(path.join(grafana, 'dashboards')).sort(), [...written.keys()].sort());
  for (const [name, text] of written) {
    assert.equal(readFileSync(path.join(grafana, 'dashboards', name), 'utf8'), text, name);
  }
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
  assert.equal(new Set(files.map(({ uid }) => uid)).size, files.length);
});

test('an event links to its trace, and a span to its events', () => {
  const [loki, jaeger] = ['loki', 'jaeger'].map(
    (uid) => datasources.find((one) => one.uid === uid)?.jsonData,
  );
  const [trace] = (loki?.derivedFields ?? []) as { datasourceUid: string; matcherRegex: string }[];
  assert.deepEqual([trace?.datasourceUid, trace?.matcherRegex], ['jaeger', 'trace_id']);
  const logs = jaeger?.tracesToLogsV2 as { datasourceUid: string; query: string };
  assert.equal(logs.datasourceUid, 'loki');
  assert.match(logs.query, /trace_id="\$\$\{__span\.traceId\}"/);
});

function cellsOf({ x, y, w, h }: Panel['gridPos']): string[] {
  const cells: string[] = [];
  for (let column = x; column < x + w; column++) {
    for (let row = y; row < y + h; row++) cells.push(`${column}/${row}`);
  }
  return cells;
}
