import type { ExtensionComponent } from '../component.ts';
import { anything } from '../config/shape.ts';

/** Profiles of Go, which there are none of here: taken so that one file runs on both engines. */
export const pprof: ExtensionComponent<unknown> = {
  type: 'pprof',
  shape: anything,
  create: (_, { id, log }) => {
    const fix = 'start it with node --inspect or --cpu-prof instead';
    log('warn', 'this engine has no pprof; the extension does nothing', { extension: id, fix });
    return {};
  },
};
