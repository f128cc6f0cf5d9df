// The units of deploy/systemd: systemd's own tools look at them, and the collectors at the configurations that they name.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { tempDir } from '../harness/temp-dir.ts';
import { isOnPath } from '../services/is-on-path.ts';
import { requireService } from '../services/require-service.ts';
import { validateOtelcol } from '../services/start-otelcol.ts';

const root = path.join(import.meta.dirname, '../..');
const directory = path.join(root, 'deploy/systemd');
const units = readdirSync(directory).map((name) => ({
  name,
  text: readFileSync(path.join(directory, name), 'utf8'),
}));

/** Of 10, by `systemd-analyze security`: 10 is a program that may do anything. */
const MAX_EXPOSURE = 2;

test('there is a unit for the agent, the gateway and the embedded collector', () => {
  assert.deepEqual(
    units.map(({ name }) => name),
    ['otel-events-agent.service', 'otel-events-gateway.service', 'otel-events.service'],
  );
});

/** systemd wants the program to be there. @returns the unit, of a program that is */
function withProgram(t: TestContext, { name, text }: { name: string; text: string }): string {
  const place = tempDir(t);
  const [, program = ''] = /^ExecStart=(\S+)/m.exec(text) ?? [];
  const file = path.join(place, program);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o755);
  const unit = path.join(place, name);
  writeFileSync(unit, text.replace(program, file));
  return unit;
}

for (const { name, text } of units) {
  test(`${name} is one that systemd takes, and exposes little`, (t) => {
    if (!isOnPath('systemd-analyze') && process.env.CI !== 'true') return t.skip('there is no systemd here');
    const complaints = (unit: string): string[] => {
      const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
      return stderr.split('\n').filter((line) => line.includes(name));
    };
    const unit = withProgram(t, { name, text });
    assert.deepEqual(complaints(unit), []);
    const wrong = withProgram(t, { name, text: text.replace('StateDirectoryMode', 'StateDirectoryMood') });
    assert.match(complaints(wrong).join(), /StateDirectoryMood/);

    const report = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unit], {
      encoding: 'utf8',
    });
    const [, exposure = ''] = /exposure level for \S+: ([\d.]+)/.exec(report) ?? [];
    t.diagnostic(`exposure ${exposure} of 10`);
    assert.ok(Number(exposure) > 0 && Number(exposure) <= MAX_EXPOSURE, report.slice(-200));
  });
}

test('the configurations of agent and gateway are files of collector/, which the real collector takes', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  let checked = 0;
  for (const { name, text } of units) {
    const [, command = ''] = /^ExecStart=\S+otelcol-contrib (.*)$/m.exec(text) ?? [];
    if (command === '') continue;
    const configs = command
      .split(' ')
      .map((arg) => path.join(root, arg.replace('--config=/etc/otel-events', 'collector')));
    assert.equal(await validateOtelcol({ configs, dir: tempDir(t) }), undefined, name);
    checked++;
  }
  assert.equal(checked, 2);
});
