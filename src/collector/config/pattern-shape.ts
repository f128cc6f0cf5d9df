import { Pattern } from '../ottl/pattern.ts';
import type { Shape } from './shape.ts';
import { text } from './shape.ts';

/** A regular expression of RE2. */
export const patternShape: Shape<Pattern> = {
  read: (node, path, problems) => {
    const source: string | undefined = text('a regular expression').read(node, path, problems);
    try {
      return new Pattern(source ?? '');
    } catch (error) {
      problems.add(node.at, path, `not a regular expression of RE2: ${(error as Error).message}`);
      return new Pattern('');
    }
  },
};
