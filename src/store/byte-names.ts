/** Numbers for names that arrive as bytes, without making a string of each: a timeline repeats few names often. */
export class ByteNames {
  #bytes = new Uint8Array(1 << 12);
  /** Where each name ends in `#bytes`; the first starts at 0. */
  #ends = new Uint32Array(1 << 8);
  #count = 0;
  #used = 0;
  /** Open addressing; 1 + index, 0: free. */
  #slots = new Uint32Array(1 << 9);
  readonly #texts: string[] = [];

  /** Names as `as` gave them, to be read only. */
  static of(bytes: Uint8Array<ArrayBuffer>, ends: Uint32Array<ArrayBuffer>): ByteNames {
    const names = new ByteNames();
    names.#bytes = bytes;
    names.#ends = ends;
    names.#count = ends.length;
    return names;
  }

  get size(): number {
    return this.#count;
  }

  /** Its arrays under a name: the bytes of all names one after the other, and where each ends. */
  as<Name extends string>(name: Name) {
    return {
      [name]: this.#bytes.slice(0, this.#used),
      [`${name}Ends`]: this.#ends.slice(0, this.#count),
    } as Record<Name, Uint8Array<ArrayBuffer>> & Record<`${Name}Ends`, Uint32Array<ArrayBuffer>>;
  }

  /** The number of a name, a new one where it is not known. */
  add(source: Uint8Array, from: number, to: number): number {
    const slot = this.#slotOf(source, from, to);
    if (this.#slots[slot] !== 0) return this.#slots[slot]! - 1;
    const index = this.#count++;
    const end = this.#used + to - from;
    if (end > this.#bytes.length) this.#bytes = grown(this.#bytes, Math.max(end, 2 * this.#bytes.length));
    for (let at = from; at < to; at++) this.#bytes[this.#used++] = source[at]!;
    if (index === this.#ends.length) {
      const ends = new Uint32Array(2 * index);
      ends.set(this.#ends);
      this.#ends = ends;
    }
    this.#ends[index] = end;
    this.#slots[slot] = index + 1;
    if (2 * this.#count > this.#slots.length) this.#widen();
    return index;
  }

  /** The number of a name; −1: unknown. */
  find(source: Uint8Array, from: number, to: number): number {
    return this.#slots[this.#slotOf(source, from, to)]! - 1;
  }

  /** The bytes of a name, to be read only. */
  bytesOf(index: number): Uint8Array {
    return this.#bytes.subarray(index === 0 ? 0 : this.#ends[index - 1]!, this.#ends[index]!);
  }

  /** A name as text (UTF-8), decoded when it is first asked for. */
  textOf(index: number): string {
    this.#texts[index] ??= Buffer.from(this.bytesOf(index)).toString();
    return this.#texts[index];
  }

  #slotOf(source: Uint8Array, from: number, to: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(source, from, to) & mask;
    for (;;) {
      const index = this.#slots[slot]! - 1;
      if (index < 0 || this.#equals(index, source, from, to)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #equals(index: number, source: Uint8Array, from: number, to: number): boolean {
    let at = index === 0 ? 0 : this.#ends[index - 1]!;
    if (this.#ends[index]! - at !== to - from) return false;
    for (let one = from; one < to; one++) if (this.#bytes[at++] !== source[one]) return false;
    return true;
  }

  #widen(): void {
    this.#slots = new Uint32Array(2 * this.#slots.length);
    const mask = this.#slots.length - 1;
    for (let index = 0; index < this.#count; index++) {
      const from = index === 0 ? 0 : this.#ends[index - 1]!;
      let slot = hashOf(this.#bytes, from, this.#ends[index]!) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = index + 1;
    }
  }
}

function grown(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const more = new Uint8Array(length);
  more.set(bytes);
  return more;
}

/** FNV-1a, its high bits folded down: names often differ in their last digits only. */
function hashOf(source: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ source[at]!, 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
