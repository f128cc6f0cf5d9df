/** The first with FTS5 in `node:sqlite`; `engines` of package.json says the same. */
const OLDEST = [22, 16] as const;

/** What is wrong with this release of Node.js; undefined if it is new enough. */
export function oldNode(version = process.versions.node): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined;
  return `wanted Node.js ${OLDEST.join('.')} or later, this is ${version}`;
}
