/**
 * Signatures of a replay. WebCrypto signs in another thread, and when it comes back nobody can say; so keys of a replay
 * sign at once, with a sum over a secret of their own and the text. Nothing but this process can be asked with them.
 */

/** Makes what signs with a secret. */
export function sealer(secret: string): (text: string) => string {
  return (text) => {
    const words: number[] = [];
    for (let start = 0; start < 16; start++) {
      let sum = 0x811c9dc5 ^ Math.imul(start, 0x9e3779b9);
      for (const part of [secret, "\n", text]) {
        for (let at = 0; at < part.length; at++) sum = Math.imul(sum ^ part.charCodeAt(at), 0x01000193);
      }
      words.push(sum >>> 0);
    }
    const bytes = words.flatMap((word) => [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255]);
    return btoa(String.fromCharCode(...bytes));
  };
}
