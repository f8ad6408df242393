/** The grid on which both codecs have whole frames, and the bounds of what is joined on it. */

/** 120 ms are six Opus packets of 20 ms and five MP3 frames of 24 ms. */
export const slotMilliseconds = 120

/** An hour; a bulletin has minutes. */
export const slotsMax = 30_000

/** Largest file that is read or written. An hour is 29 MB of MP3 and 11 MB of Opus. */
export const bytesMax = 64 * 1024 * 1024
