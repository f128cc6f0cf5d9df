import path from 'node:path';

/**
 * Where `place` is now, whatever becomes the working directory later. To be called where a path is given, not
 * where it is used.
 */
export function absolute(place: string): string {
  try {
    return path.resolve(place);
  } catch {
    // The working directory is gone: nothing relative is anywhere, and whoever opens it is told so.
    return place;
  }
}
