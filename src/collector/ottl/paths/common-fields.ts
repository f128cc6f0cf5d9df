import { attributes, cache, type Fields, int32, text } from './field.ts';

/** Paths that begin with `resource.` */
export const RESOURCE_FIELDS: Fields = new Map([
  ['attributes', attributes((row) => row.resource)],
  ['dropped_attributes_count', int32((row) => row.resource, 'droppedAttributesCount')],
  ['schema_url', text((row) => row.resourceItem, 'schemaUrl')],
  ['cache', cache],
]);

/** Paths that begin with `scope.` or `instrumentation_scope.` */
export const SCOPE_FIELDS: Fields = new Map([
  ['name', text((row) => row.scope, 'name')],
  ['version', text((row) => row.scope, 'version')],
  ['attributes', attributes((row) => row.scope)],
  ['dropped_attributes_count', int32((row) => row.scope, 'droppedAttributesCount')],
  ['schema_url', text((row) => row.scopeItem, 'schemaUrl')],
  ['cache', cache],
]);
