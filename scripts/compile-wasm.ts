import path from 'node:path';
import asc from 'assemblyscript/asc';

const root = path.join(import.meta.dirname, '..');
/** What `npm run wasm` writes. */
export const OTLP_WASM_FILE = path.join(root, 'src', 'otlp', 'wire', 'otlp-wasm.ts');

const FLAGS = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'];
/** In pages of 64 KiB; what the tables take is free of the compiler's own data. */
const MEMORY = ['--initialMemory', '32', '--memoryBase', '131072'];

/**
 * Compiles `wasm/index.ts`: the same bytes each time, on every machine.
 * @returns the text of {@link OTLP_WASM_FILE}
 * @throws Error with what the compiler says
 */
export async function compileWasm(): Promise<string> {
  const { error, stderr, binary } = await compile();
  if (error !== null || binary === undefined) throw new Error(`asc: ${stderr}`);
  return `/** \`wasm/\` compiled, in base64; written by \`npm run wasm\`. */
export const OTLP_WASM =
  '${Buffer.from(binary).toString('base64')}';
`;
}

async function compile(): Promise<{ error: Error | null; stderr: string; binary: Uint8Array | undefined }> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ['index.ts', ...FLAGS, ...MEMORY, '--baseDir', path.join(root, 'wasm'), '--outFile', 'otlp.wasm'],
    {
      writeFile: (_name, contents) => {
        binary = contents as Uint8Array;
      },
    },
  );
  return { error, stderr: stderr.toString(), binary };
}
