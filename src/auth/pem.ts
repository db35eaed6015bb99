/**
 * From the text of a key file to the one private key in it.
 *
 * @module
 */
import { fromBase64 } from "./der.ts";
import { CONVERT, keyError, MAKE_A_KEY, reading } from "./key_errors.ts";
import type { Bytes } from "../base/web_types.ts";

/** A private key in PEM format: its text, or the bytes of its file. */
export type PemInput = string | ArrayBuffer | ArrayBufferView;

/** The text of a key file. A `Uint8Array` of another realm, as in a test runner's, is one too. */
export function pemText(pem: PemInput): string {
  if (typeof pem === "string") return pem;
  if (ArrayBuffer.isView(pem)) {
    // Copied, since no runtime decodes what is shared between threads.
    return new TextDecoder().decode(new Uint8Array(pem.buffer, pem.byteOffset, pem.byteLength).slice());
  }
  if (Object.prototype.toString.call(pem) === "[object ArrayBuffer]") return new TextDecoder().decode(pem);
  throw keyError("neither text nor bytes", "Give the text of its file, or its bytes.");
}

/** The one private key of a text. */
export interface PemKey {
  /** Whether it is encrypted PKCS#8. */
  readonly encrypted: boolean;
  /** PKCS#8, PKCS#1 or encrypted PKCS#8. */
  readonly der: Bytes;
}

/** Finds the private key in the text. Throws a {@linkcode KalshiAuthKeyError} that says what else was given. */
export function findKey(pem: PemInput): PemKey {
  // Environment files hold a line break as a backslash and an n, some of them with two backslashes.
  const text = pemText(pem).replace(/\\+[rn]/g, "\n");
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^]*?)-----END \1-----/g)];
  const keys = blocks.filter((block) => block[1]?.endsWith("PRIVATE KEY"));
  if (keys.length > 1) throw keyError("not the only one in this text", "Give the text of one key.");
  const [, label, body = ""] = keys[0] ?? blocks[0] ?? [];
  if (label === undefined) {
    throw text.includes("-----BEGIN ")
      ? keyError("cut: it has no END line", "Give the whole text of its file.")
      : keyError(
        "not in PEM format",
        "Give the text of its file, from `-----BEGIN` to the last `-----`. " +
          "Convert a binary file with `openssl pkey -inform DER -in key.der -out kalshi.pem`.",
      );
  }
  if (/PUBLIC|CERT/.test(label)) {
    throw keyError(
      `missing: this is a ${label.includes("CERT") ? "certificate" : "public key"}`,
      "Give the private key that was saved when the API key was made; it cannot be made from this.",
    );
  }
  if (/^(EC|DSA) /.test(label)) throw keyError(label.startsWith("E") ? "an EC key" : "a DSA key", MAKE_A_KEY);
  if (label.startsWith("OPENSSH")) {
    throw keyError(
      "in OpenSSH's own format",
      "Convert a copy of an RSA key with `ssh-keygen -p -m PKCS8 -f copy-of-key`. " +
        "Other types need a new key. " + MAKE_A_KEY,
    );
  }
  if (!/^((RSA|ENCRYPTED) )?PRIVATE KEY$/.test(label)) throw keyError("of an unknown kind", MAKE_A_KEY);
  if (body.includes("Proc-Type")) throw keyError("encrypted in OpenSSL's old way", CONVERT);
  return { encrypted: label.startsWith("ENC"), der: reading(() => fromBase64(body)) };
}

/** Bytes as PEM, with a line break after every 64 characters. */
export function toPem(label: string, der: Uint8Array): string {
  let binary = "";
  for (const byte of der) binary += String.fromCharCode(byte);
  const lines = btoa(binary).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
