/** `npm start`: `otel-events demo` from the sources as they are, with the page built from them. */
import path from 'node:path';
import { bundlePage } from './bundle-page.ts';

const root = path.join(import.meta.dirname, '..');

await bundlePage(root, path.join(root, 'dist', 'viewer-page'));
process.argv.splice(2, 0, 'demo');
await import('../src/cli/main.ts');
