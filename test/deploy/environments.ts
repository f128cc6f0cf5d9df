import type { Environment } from '../../scripts/fixtures-originals/environments.ts';

/** The validators of CycloneDX, with its published schemas. */
export const CYCLONEDX: Environment = {
  name: 'cyclonedx',
  packages: ['cyclonedx-python-lib[json-validation]==11.12.0'],
};
