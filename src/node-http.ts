/**
 * Node's `node:http`, but for servers and checks. An import of that module evaluates each thing that it exports, its
 * WebSocket too: that loads all of undici, 40 ms of CPU when a process starts. Of what is asked for here only itself is loaded.
 */
export const { createServer, validateHeaderName, validateHeaderValue } =
  process.getBuiltinModule('node:http');
