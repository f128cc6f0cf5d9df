import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readFigures, type SizeFigures, sizeDocument, staleSizes } from '../../scripts/size-document.ts';
import { SIZE_FILE } from '../../scripts/size-figures.ts';
import { modulesLoaded } from '../../scripts/size-import.ts';
import { bytesIn } from '../../scripts/size-install.ts';
import { tempDir } from '../harness/temp-dir.ts';

const FIGURES: SizeFigures = {
  packedBytes: 500_000,
  unpackedBytes: 1_700_000,
  own: { name: 'otel-events', packages: 9, installBytes: 4_400_000, modules: 150 },
  peers: [{ name: 'other', packages: 1234, installBytes: 29_150_000, modules: 400 }],
  times: {
    date: '2026-01-02',
    node: 'v24.0.0',
    cpu: 'A CPU, 2 cores',
    load: 0.1,
    bare: { cpuMs: 20, wallMs: 25 },
    imports: { 'otel-events': { cpuMs: 60, wallMs: 75 }, other: { cpuMs: 200, wallMs: 225 } },
  },
};

test('the document has a row for each app, and times beside those of a bare Node', () => {
  const lines = sizeDocument(FIGURES)
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' '));
  assert.deepEqual(
    lines.filter((line) => /^\| (otel-events|other) /.test(line)),
    [
      '| otel-events | 9 | 4.40 MB | 150 |',
      '| other | 1,234 | 29.15 MB | 400 |',
      '| otel-events | 40.0 ms | 3.00 | 50.0 ms | 3.00 |',
      '| other | 180.0 ms | 10.00 | 200.0 ms | 9.00 |',
    ],
  );
});

test('the figures are read back from the document', () => {
  assert.deepEqual(readFigures(sizeDocument(FIGURES)), FIGURES);
});

test('a document that was changed by hand is refused, and so is one without figures', () => {
  const document = sizeDocument(FIGURES);
  assert.throws(() => readFigures(document.replace(' 4.40 MB', ' 1.40 MB')), /changed by hand/);
  assert.throws(() => readFigures('# Size\n'), /no figures/);
});

test('two in a hundred are nothing, one package more is something', () => {
  const now = { ...FIGURES, packedBytes: 509_999, own: { ...FIGURES.own, modules: 147 } };
  assert.deepEqual(staleSizes(FIGURES, now), []);
  assert.deepEqual(
    staleSizes(FIGURES, {
      packedBytes: 511_000,
      unpackedBytes: 1_000_000,
      own: { name: 'otel-events', packages: 10, installBytes: 3_900_000, modules: 154 },
    }),
    [
      'bytes to download: docs/size.md says 500,000, it is 511,000',
      'bytes unpacked: docs/size.md says 1,700,000, it is 1,000,000',
      'packages in an app: docs/size.md says 9, it is 10',
      'bytes in an app: docs/size.md says 4,400,000, it is 3,900,000',
      'modules loaded by import: docs/size.md says 150, it is 154',
    ],
  );
});

test('docs/size.md is as npm run docs:size writes it', () => {
  assert.equal(readFigures(readFileSync(SIZE_FILE, 'utf8')).own.name, 'otel-events');
});

test('bytes are those of the files of packages, not what npm keeps beside them', (t) => {
  const modules = path.join(tempDir(t), 'node_modules');
  mkdirSync(path.join(modules, 'a', '.hidden'), { recursive: true });
  mkdirSync(path.join(modules, '.bin'));
  writeFileSync(path.join(modules, '.package-lock.json'), 'not counted');
  writeFileSync(path.join(modules, '.bin', 'a'), 'nor this');
  writeFileSync(path.join(modules, 'a', '.hidden', 'b.js'), '12345');
  writeFileSync(path.join(modules, 'a', 'c.js'), '123');
  assert.equal(bytesIn(modules), 8);
});

test('modules are counted through import and require, those of Node are not', (t) => {
  const app = tempDir(t);
  mkdirSync(path.join(app, 'node_modules', 'a'), { recursive: true });
  const write = (file: string, text: string): void =>
    writeFileSync(path.join(app, 'node_modules', 'a', file), text);
  write('package.json', '{ "name": "a", "main": "a.mjs" }');
  write('a.mjs', "import 'node:os'; import './b.cjs';");
  write('b.cjs', "require('node:fs'); require('./c.cjs');");
  write('c.cjs', '');
  assert.equal(modulesLoaded(app, 'a'), 3);
});
