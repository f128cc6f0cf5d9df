// The same configurations to both engines: what each takes, and what it refuses.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readConfig } from '../../src/collector/read-config.ts';
import { OtelEventsError } from '../../src/errors.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { PART_CASES } from './config-cases.ts';
import { documentedIn } from './documented-in.ts';
import { PROCESSOR_CASES } from './processor-config-cases.ts';
import { requireService } from './require-service.ts';
import { freePorts, otelcolEnv, validateOtelcol } from './start-otelcol.ts';
import { WHOLE_CASES } from './whole-config-cases.ts';
import { whyOtelcolEnds } from './why-otelcol-ends.ts';

const CASES = [...PART_CASES, ...PROCESSOR_CASES, ...WHOLE_CASES];

test('both engines take and refuse the same configurations, but for what is documented', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const dir = tempDir(t);
  const environment = otelcolEnv({ dir }, await freePorts());
  const file = path.join(dir, 'here.yaml');
  const differing: string[] = [];
  for (const { name, yaml } of CASES) {
    writeFileSync(file, yaml);
    const here = await complaintOf(file, environment);
    let there = await validateOtelcol({ yaml, dir });
    // What it finds only when it starts.
    if (here !== undefined) there ??= await whyOtelcolEnds({ yaml, dir });
    if ((here === undefined) === (there === undefined)) continue;
    differing.push(name);
    t.diagnostic(`${name}: here ${here ?? 'taken'}, there ${there ?? 'taken'}`);
  }
  t.diagnostic(`${CASES.length} configurations, ${differing.length} differ`);
  assert.equal(new Set(CASES.map(({ name }) => name)).size, CASES.length, 'names are told apart');
  assert.deepEqual(differing.toSorted(), documentedIn('configurations').toSorted());
  assert.ok(differing.length <= 15);
});

async function complaintOf(
  file: string,
  environment: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  try {
    await readConfig(file, { environment });
    return undefined;
  } catch (error) {
    assert.ok(error instanceof OtelEventsError);
    return error.message;
  }
}
