import { serveOneRequest } from './serve-one-request.mjs';

const result = await serveOneRequest({ activeSpan: () => undefined });
console.log(JSON.stringify(result));
