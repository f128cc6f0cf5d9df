import type { BundledPackage } from './bundled-packages.ts';

const RULE = '-'.repeat(80);

/** The text of `THIRD-PARTY-NOTICES.txt`: who made the bundled code, and each licence once. */
export function thirdPartyNotices(packages: readonly BundledPackage[]): string {
  const byLicense = Map.groupBy(packages, ({ licenseText }) => licenseText);
  const parts = [...byLicense].map(([licenseText, those]) => [
    RULE,
    ...those.map(line),
    '',
    licenseText.trim(),
  ]);
  const head = [
    'dist/otel/sdk.js, dist/viewer-page, the reader of YAML and the writer of Parquet in dist contain code of the packages below,',
    'bundled by esbuild, which left out what is unused. Everything else in this package is under the licence in LICENSE.',
  ];
  return `${[...head, '', ...parts.flat()].join('\n')}\n`;
}

function line({ name, version, author, license, repository }: BundledPackage): string {
  return `${name} ${version}, copyright ${author}, ${license}, ${repository}`;
}

/** What the notices say of each bundled package. @param notices - as {@link thirdPartyNotices} writes them */
export function noticedPackages(notices: string): Omit<BundledPackage, 'licenseText'>[] {
  return [...notices.matchAll(LINE)].map(
    ([, name = '', version = '', author = '', license = '', repository = '']) => ({
      name,
      version,
      author,
      license,
      repository,
    }),
  );
}

const LINE = /^(\S+) (\d\S*), copyright (.+), ([\w.-]+), (\S+)$/gm;
