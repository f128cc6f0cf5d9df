/**
 * Of zlib, for requests. On 500 records of 307 bytes level 6, zlib's own choice, takes three times the CPU of level 3
 * and makes 5 % less of them.
 */
export const GZIP_LEVEL = 3;
