/**
 * Short typed arrays cut from long ones: each of its own would be an allocation outside the heap and one more thing for
 * the garbage collector to look after, which costs more than what is done with it.
 */
const LENGTH = 1 << 16;

let doublesLeft = new Float64Array(0);
let bytesLeft = new Uint8Array(0);

/** So many zeros. */
export function doubles(length: number): Float64Array {
  if (length > doublesLeft.length) doublesLeft = new Float64Array(Math.max(length, LENGTH));
  const cut = doublesLeft.subarray(0, length);
  doublesLeft = doublesLeft.subarray(length);
  return cut;
}

/** So many zeros. */
export function bytes(length: number): Uint8Array {
  if (length > bytesLeft.length) bytesLeft = new Uint8Array(Math.max(length, LENGTH));
  const cut = bytesLeft.subarray(0, length);
  bytesLeft = bytesLeft.subarray(length);
  return cut;
}
