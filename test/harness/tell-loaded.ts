// For `node --import`: writes at the end of the process what it has loaded into the file that LOADED_FILE names.
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const urls: string[] = [];

registerHooks({
  load: (url, context, next) => {
    urls.push(url);
    return next(url, context);
  },
});

process.on('exit', () => {
  // What was loaded by import, by require or by getBuiltinModule: Node.js itself keeps the list.
  const { moduleLoadList } = process as unknown as { readonly moduleLoadList: readonly string[] };
  const builtins = moduleLoadList.map((name) => name.replace('NativeModule ', ''));
  writeFileSync(process.env.LOADED_FILE ?? '', JSON.stringify({ urls, builtins }));
});
