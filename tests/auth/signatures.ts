/** Checks signatures with the public halves of the fixtures. */
import { assert } from "@std/assert";
import type { RequestSigner } from "../../src/auth/mod.ts";
import { ed25519Public, rsaPublic } from "./fixtures.ts";

/** The bytes of a PEM text. */
export function pemBytes(pem: string): Uint8Array<ArrayBuffer> {
  return base64Bytes(pem.replace(/-----[^-]+-----/g, ""));
}

/** The bytes of a base64 text. */
export function base64Bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** A PEM text of these bytes. */
export function toPem(label: string, bytes: Uint8Array): string {
  const lines = btoa(String.fromCharCode(...bytes)).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

/** Whether the fixture's public key accepts this signature. */
export async function verify(kind: "rsa" | "ed25519", signature: string, text: string): Promise<boolean> {
  const [spki, name] = kind === "rsa" ? [rsaPublic, "RSA-PSS"] as const : [ed25519Public, "Ed25519"] as const;
  const { subtle } = crypto;
  const key = await subtle.importKey("spki", pemBytes(spki), { name, hash: "SHA-256" }, false, ["verify"]);
  const bytes = new TextEncoder().encode(text);
  return await subtle.verify({ name, saltLength: 32 }, key, base64Bytes(signature), bytes);
}

/** Fails unless this signs as the fixture's key. */
export async function assertSigns(kind: "rsa" | "ed25519", signer: RequestSigner): Promise<void> {
  const text = "1790000000000GET/trade-api/v2/portfolio/balance";
  assert(await verify(kind, await signer.sign(text), text));
}
