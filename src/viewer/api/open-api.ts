import { SHARED_SCHEMAS } from './answer-schemas.ts';
import { ERROR_SCHEMA } from './api-error.ts';
import { type JsonSchema, listSchema, named, TEXT } from './json-schema.ts';
import type { Param } from './param.ts';
import { methodOf, type PostRoute, type Route } from './route.ts';

/** The description of the API, made from its routes. @see OpenAPI 3.1 */
export function openApi(routes: readonly Route[], version: string): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [methodOf(route).toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: "otel-events: the viewer's API", version },
    paths,
    components: { schemas: { ...SHARED_SCHEMAS, Error: ERROR_SCHEMA } },
  };
}

function operation(route: Route): JsonSchema {
  const { path, summary, params } = route;
  return {
    operationId: path
      .replace(/^\/api\//, '')
      .replace(/[^a-z]+/g, '_')
      .replace(/_$/, ''),
    summary,
    ...(route.kind === 'post' ? { requestBody: bodyOf(route) } : {}),
    parameters: Object.entries(params).map(([name, param]) => parameter(path, name, param)),
    responses: {
      200: { description: summary, content: contentOf(route) },
      400: failure(
        'a parameter that is wrong; `at` is the offset in the query, `param` the parameter it stands in',
      ),
      ...(route.kind === 'json' && route.canBeMissing ? { 404: failure('there is no such thing') } : {}),
      401: failure('a token is wanted'),
      403: failure('asked by a page of another site'),
      431: { description: 'an address and headers of more than 16 KiB' },
      503: failure('too much at once; ask again after `Retry-After` seconds'),
      ...(route.kind === 'post' ? { ...DOING, ...failures(route.failures) } : {}),
    },
  };
}

function parameter(path: string, name: string, param: Param<unknown>): JsonSchema {
  const { description, schema, times, isRequired = false } = param;
  const isInPath = path.includes(`{${name}}`);
  return {
    name,
    in: isInPath ? 'path' : 'query',
    description,
    required: isRequired,
    schema: times === undefined ? schema : listSchema(schema, times),
  };
}

function bodyOf({ body }: PostRoute): JsonSchema {
  return { required: true, content: { 'application/json': { schema: body.schema } } };
}

function contentOf(route: Route): JsonSchema {
  if (route.kind !== 'stream') return { 'application/json': { schema: route.schema } };
  return Object.fromEntries(route.types.map((type) => [type, { schema: TEXT }]));
}

function failure(description: string): JsonSchema {
  return { description, content: { 'application/json': { schema: named('Error') } } };
}

function failures(told: PostRoute['failures']): JsonSchema {
  return Object.fromEntries(Object.entries(told).map(([status, text]) => [status, failure(text)]));
}

/** Of routes that do something. */
const DOING: JsonSchema = {
  413: failure('a body of more than 8 MiB'),
  415: failure('a body of another type than application/json'),
};
