import { readFileSync } from 'node:fs';
import type { OnLoadArgs, OnLoadResult, Plugin } from 'esbuild';

/** How uPlot hands out what the page's charts do not have: bars, steps, curves, joining of series. */
const UNUSED = [
  '\tuPlot.join = join;',
  '\t(paths.stepped = stepped);',
  '\t(paths.bars    = bars);',
  '\t(paths.spline  = monotoneCubic);',
];

/** What elements are made with. A call with its children behind each other takes less room than one with a list of them. */
const IMPORT = "import { h as __h, Fragment as __F } from 'preact';";

/** For `tsconfigRaw`: TSX becomes calls of what `smallerPage` imports. */
export const PLAIN_JSX = {
  compilerOptions: { jsx: 'react', jsxFactory: '__h', jsxFragmentFactory: '__F' },
} as const;

/** Leaves out of the viewer's page what it does not use: 2.6 kB of 62, compressed. */
export const smallerPage: Plugin = {
  name: 'smaller-page',
  setup(build) {
    build.onLoad({ filter: /uPlot\.esm\.js$/ }, withoutUnused);
    build.onLoad({ filter: /\.tsx$/ }, ({ path }) => ({
      loader: 'tsx',
      // On the same line, so that places in messages are right.
      contents: IMPORT + readFileSync(path, 'utf8'),
    }));
  },
};

/** @throws Error of a version of uPlot that hands it out in another way */
function withoutUnused({ path }: OnLoadArgs): OnLoadResult {
  let contents = readFileSync(path, 'utf8');
  for (const line of UNUSED) {
    if (!contents.includes(line)) throw new Error(`${path} has no line ${line.trim()}`);
    contents = contents.replace(line, '');
  }
  return { loader: 'js', contents };
}
