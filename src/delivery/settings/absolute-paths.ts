import { absolute } from '../../spool/disk/absolute.ts';

/** The directories of a pipeline, which is used long after it was made. */
interface Directories {
  readonly spool?: string;
  readonly quarantine?: string;
}

/** The same directories, whatever becomes the working directory. */
export function absolutePaths({ spool, quarantine }: Directories): Directories {
  return {
    ...(spool === undefined ? {} : { spool: absolute(spool) }),
    ...(quarantine === undefined ? {} : { quarantine: absolute(quarantine) }),
  };
}
