/** A part of a text: from `start` up to `end`. */
export type TextSpan = readonly [start: number, end: number];
