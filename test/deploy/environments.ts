import type { Environment } from '../../scripts/fixtures-originals/environments.ts';

/** The validators of CycloneDX, with its published schemas. */
export const CYCLONEDX: Environment = {
  name: 'cyclonedx',
  packages: ['cyclonedx-python-lib[json-validation]==11.12.0'],
};

/** The engine of ClickHouse, to be run within a process: 180 MB to download, 900 MB with what it brings along. */
export const CLICKHOUSE: Environment = { name: 'clickhouse', packages: ['chdb-core==26.9.0'] };

/** The schemas of Kubernetes' objects, version by version, as its API server publishes them. */
export const KUBERNETES: Environment = { name: 'kubernetes', packages: ['kubernetes-validate==1.37.0'] };
