/** What of a schema's personal data may leave. */
export interface AllowedProperties {
  /** A property is kept if ALL its categories are here; `unrestricted` always is. */
  readonly allowedCategories?: readonly string[];
  /** Top-level properties that are kept whatever their categories are. */
  readonly allowedProperties?: readonly string[];
}

/** The option `allowedSchemas`: the schemas whose events are recorded, and what of them. */
export type AllowedSchemas = readonly string[] | Readonly<Record<string, AllowedProperties>>;
