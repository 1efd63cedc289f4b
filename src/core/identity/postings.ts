/**
 * Which entries are filed under a hash: most of them packed in two typed arrays, the latest in chains that are
 * merged into the packed part now and then. In a large index a bucket also
 * yields entries of other hashes, so whoever is told of an entry must look at it.
 */

const HEADS = 1 << 15;
/** Share of the packed part that the chains may grow to, and their least size. */
const CHAINED_SHARE = 1 / 64;
const CHAINED_LEAST = 1 << 15;
/** Up to so many places, hashes are kept beside the entries. */
const HASHED = 1 << 22;

export class Postings {
  #bits = 4;
  /** Bucket → its first place in `#packed`; one more than there are buckets. */
  #offsets = new Uint32Array((1 << 4) + 1);
  #packed = new Uint32Array(0);
  /** The hashes of the packed entries, so that none is taken for another; too much memory for large indexes. */
  #hashes: Uint32Array | null = new Uint32Array(0);
  #heads = new Int32Array(HEADS).fill(-1);
  #chained = 0;
  #chainHash = new Uint32Array(1024);
  #chainEntry = new Uint32Array(1024);
  #chainNext = new Int32Array(1024);

  /**
   * Packs everything anew. `each` is called twice and must hand the same hashes and entries to its argument.
   */
  static pack(each: (file: (hash: number, entry: number) => void) => void, expected: number): Postings {
    const postings = new Postings();
    const bits = Math.min(24, Math.max(4, Math.ceil(Math.log2(expected + 1)) - 3));
    const shift = 32 - bits;
    const offsets = new Uint32Array((1 << bits) + 1);
    let total = 0;
    each((hash) => {
      offsets[(hash >>> shift) + 1]! += 1;
      total += 1;
    });
    for (let i = 1; i < offsets.length; i += 1) offsets[i]! += offsets[i - 1]!;
    const packed = new Uint32Array(total);
    const hashes = total > HASHED ? null : new Uint32Array(total);
    // Each offset runs from the start of its bucket to the end, which is where the next one started.
    each((hash, entry) => {
      const bucket = hash >>> shift;
      const at = offsets[bucket]!;
      packed[at] = entry;
      if (hashes) hashes[at] = hash;
      offsets[bucket] = at + 1;
    });
    offsets.copyWithin(1, 0, offsets.length - 1);
    offsets[0] = 0;
    postings.#bits = bits;
    postings.#offsets = offsets;
    postings.#packed = packed;
    postings.#hashes = hashes;
    return postings;
  }

  get size(): number {
    return this.#packed.length + this.#chained;
  }

  get bytes(): number {
    const chains = this.#heads.byteLength + 3 * this.#chainHash.byteLength;
    return this.#offsets.byteLength + this.#packed.byteLength + (this.#hashes?.byteLength ?? 0) + chains;
  }

  /** True when the buckets have become so full that packing anew pays. */
  get crowded(): boolean {
    return this.#bits < 24 && this.size > Math.max(1 << 12, 32 << this.#bits);
  }

  add(hash: number, entry: number): void {
    if (this.#chained === this.#chainHash.length) {
      this.#chainHash = grown(this.#chainHash);
      this.#chainEntry = grown(this.#chainEntry);
      const next = new Int32Array(this.#chainNext.length * 2);
      next.set(this.#chainNext);
      this.#chainNext = next;
    }
    const at = this.#chained;
    const head = hash % HEADS;
    this.#chainHash[at] = hash;
    this.#chainEntry[at] = entry;
    this.#chainNext[at] = this.#heads[head]!;
    this.#heads[head] = at;
    this.#chained += 1;
  }

  /** Merges the chains into the packed part if they have grown long. Call between names. */
  settle(): void {
    if (this.#chained < Math.max(CHAINED_LEAST, this.#packed.length * CHAINED_SHARE)) return;
    const shift = 32 - this.#bits;
    const added = new Uint32Array(this.#offsets.length);
    for (let i = 0; i < this.#chained; i += 1) added[(this.#chainHash[i]! >>> shift) + 1]! += 1;
    for (let i = 1; i < added.length; i += 1) added[i]! += added[i - 1]!;
    const packed = new Uint32Array(this.#packed.length + this.#chained);
    const hashes = this.#hashes === null || packed.length > HASHED ? null : new Uint32Array(packed.length);
    for (let bucket = 0; bucket + 1 < this.#offsets.length; bucket += 1) {
      let to = this.#offsets[bucket]! + added[bucket]!;
      for (let from = this.#offsets[bucket]!; from < this.#offsets[bucket + 1]!; from += 1) {
        packed[to] = this.#packed[from]!;
        if (hashes) hashes[to] = this.#hashes![from]!;
        to += 1;
      }
    }
    // The free places are at the end of each bucket; fill them backwards from the end of the bucket.
    const free = new Uint32Array(this.#offsets.length - 1);
    for (let bucket = 0; bucket < free.length; bucket += 1) {
      free[bucket] = this.#offsets[bucket + 1]! + added[bucket]!;
    }
    for (let i = 0; i < this.#chained; i += 1) {
      const bucket = this.#chainHash[i]! >>> shift;
      const at = free[bucket]!;
      packed[at] = this.#chainEntry[i]!;
      if (hashes) hashes[at] = this.#chainHash[i]!;
      free[bucket] = at + 1;
    }
    for (let i = 0; i < added.length; i += 1) this.#offsets[i]! += added[i]!;
    this.#packed = packed;
    this.#hashes = hashes;
    this.#heads.fill(-1);
    this.#chained = 0;
  }

  /** Upper bound of the entries under a hash, cheaply: those of the packed bucket. */
  lengthOf(hash: number): number {
    const bucket = hash >>> (32 - this.#bits);
    return this.#offsets[bucket + 1]! - this.#offsets[bucket]!;
  }

  /** Calls back for each entry under the hash; in a large index also for some that are not. */
  visit(hash: number, see: (entry: number) => void): void {
    const bucket = hash >>> (32 - this.#bits);
    const end = this.#offsets[bucket + 1]!;
    const hashes = this.#hashes;
    for (let i = this.#offsets[bucket]!; i < end; i += 1) {
      if (hashes === null || hashes[i] === hash) see(this.#packed[i]!);
    }
    for (let i = this.#heads[hash % HEADS]!; i >= 0; i = this.#chainNext[i]!) {
      if (this.#chainHash[i] === hash) see(this.#chainEntry[i]!);
    }
  }
}

function grown(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}
