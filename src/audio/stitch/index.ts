/**
 * Stitching: sentences that were encoded once become files without being encoded again.
 *
 * Encoding costs nearly all of a rendering, and the bulletins of a campaign differ by a greeting. Both codecs
 * have whole frames every 120 ms (a slot), so a piece of whole slots that begins and ends silent can stand
 * beside any other. Promises: the file decodes to exactly the sum of its slots, in any player, without a
 * warning; same pieces, same bytes; and what was joined can be proven packet by packet without decoding
 * (`faultsOfStitched`). Pure: bytes in, bytes out. Bounds: an hour of sound and 64 MiB for one file.
 *
 * What `stitch` wrote `pieceOf` reads, so a piece is kept as an ordinary file that plays.
 */
export { type Piece, pieceOf, repeated } from './piece.ts'
export { faultsOfStitched, unstitch } from './prove.ts'
export { slotMilliseconds } from './slots.ts'
export { stitch } from './stitch.ts'
export { type StitchFault, type StitchFaultKind, UnfitFile } from './unfit.ts'
