import { absolute } from '../../spool/disk/absolute.ts';

/** The directories of a pipeline, which is used long after it was made. */
interface Directories {
  readonly directory: string | undefined;
  readonly quarantine: string | undefined;
}

/** The same directories, whatever becomes the working directory. */
export function absolutePaths({ directory, quarantine }: Directories): Directories {
  return {
    directory: directory && absolute(directory),
    quarantine: quarantine && absolute(quarantine),
  };
}
