// `npm run wasm`: compiles wasm/ and writes the module into src, where it is imported from; test/otlp/wire/otlp-wasm.test.ts
// makes sure that it has been run.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { compileWasm, OTLP_WASM_FILE } from './compile-wasm.ts';

writeFileSync(OTLP_WASM_FILE, await compileWasm());
console.log(`wrote ${path.relative(process.cwd(), OTLP_WASM_FILE)}`);
