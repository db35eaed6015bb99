/** A seeded source of numbers and identifiers: the same seed gives the same exchange. */
export interface Random {
  /** An integer in [0, below). */
  int(below: number): number;
  /** A version 4 UUID. */
  uuid(): string;
  /** How many words were drawn so far: two of the same seed that agree in this go on alike. */
  readonly drawn: number;
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Makes one (xoshiro128**, seeded by splitmix32). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const mix = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  let a = mix();
  let b = mix();
  let c = mix();
  let d = mix();
  let drawn = 0;
  const next = () => {
    drawn++;
    const scrambled = Math.imul(b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const word = (value: number) =>
    `${hex[value >>> 24]}${hex[(value >>> 16) & 255]}${hex[(value >>> 8) & 255]}${hex[value & 255]}`;
  return {
    get drawn() {
      return drawn;
    },
    int: (below) => Math.floor((next() / 0x1_0000_0000) * below),
    uuid() {
      const second = word((next() & 0xffff0fff) | 0x4000);
      const third = word((next() & 0x3fffffff) | 0x80000000);
      return `${word(next())}-${second.slice(0, 4)}-${second.slice(4)}-${third.slice(0, 4)}-${
        third.slice(4)
      }${word(next())}`;
    },
  };
}
