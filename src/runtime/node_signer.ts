/** Signing on Node without the way to another thread and back, which takes about as long as half a signature. */

import { readOwn } from "../base/plain.ts";
import { builtin } from "./builtin.ts";
import type { SigningKey, SignText } from "./types.ts";

/** Longer keys sign for more than a millisecond, in which a program could do nothing else. */
const LONGEST_KEY = 2048;

/**
 * Signs at once when nothing else waits for a signature, and only once in a turn of the event loop; all else goes to
 * the other threads, of which many calls at a time make better use than a busy loop.
 */
export function nodeSigner({ algorithm, pkcs8 }: SigningKey, elsewhere: SignText): SignText {
  const { createPrivateKey, sign, constants } = builtin("node:crypto");
  const { setImmediate } = builtin("node:timers");
  const { Buffer } = builtin("node:buffer");
  const key = createPrivateKey(readOwn({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" }));
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) > LONGEST_KEY) return elsewhere;
  const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  let signedInTurn = false;
  let others = 0;
  const onNextTurn = () => {
    signedInTurn = false;
  };
  return async (text) => {
    if (!signedInTurn && others === 0) {
      signedInTurn = true;
      setImmediate(onNextTurn);
      const data = Buffer.from(text);
      return (algorithm === "Ed25519" ? sign(null, data, key) : sign("sha256", data, pss)).toString("base64");
    }
    others++;
    try {
      return await elsewhere(text);
    } finally {
      others--;
    }
  };
}
