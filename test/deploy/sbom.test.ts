// The SBOM is held against the schema that CycloneDX publishes, by the project's own library.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { sbomOf } from '../../scripts/sbom.ts';
import { requirePython } from '../services/require-python.ts';
import { CYCLONEDX } from './environments.ts';

const root = path.join(import.meta.dirname, '..', '..');
const PROGRAM = `
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
wrong = JsonStrictValidator(SchemaVersion.from_version(sys.argv[1])).validate_str(sys.stdin.read())
print(wrong.data.message if wrong else 'valid')
`;

test('the SBOM is valid CycloneDX', (t) => {
  const python = requirePython(t, CYCLONEDX);
  if (python === undefined) return;
  const sbom = sbomOf(root);
  const validate = (document: object): string => {
    const { stdout, stderr } = spawnSync(python, ['-c', PROGRAM, sbom.specVersion], {
      input: JSON.stringify(document),
      encoding: 'utf8',
    });
    return stdout.trim() || stderr;
  };
  assert.equal(validate(sbom), 'valid');
  const [first, ...others] = sbom.components;
  const wrong = { ...sbom, components: [{ ...first, type: 'package' }, ...others] };
  assert.match(validate(wrong), /'package' is not one of/);
});
