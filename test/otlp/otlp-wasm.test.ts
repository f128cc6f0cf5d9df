import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compileWasm, OTLP_WASM_FILE } from '../../scripts/compile-wasm.ts';

test('the WebAssembly module is the one that its source makes', async () => {
  assert.equal(readFileSync(OTLP_WASM_FILE, 'utf8'), await compileWasm(), 'run `npm run wasm`');
});
