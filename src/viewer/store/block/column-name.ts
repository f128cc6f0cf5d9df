/** The columns of what every row has a place for. */
export const ROW_COLUMN = {
  kind: '@kind',
  name: '@name',
  severity: '@severity',
  duration: '@duration',
  status: '@status',
  body: '@body',
  trace: '@trace',
  span: '@span',
  parent: '@parent',
  /** Numbers of the file's tables of resources and scopes. */
  resource: '@resource',
  scope: '@scope',
  /** Rows with values whose paths have no column. */
  rest: '@rest',
} as const;

const ATTRIBUTE = '.';

export function attributeColumn(path: string): string {
  return ATTRIBUTE + path;
}

/** @returns undefined of a column of {@link ROW_COLUMN} */
export function attributePath(column: string): string | undefined {
  return column.startsWith(ATTRIBUTE) ? column.slice(1) : undefined;
}
