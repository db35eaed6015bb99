/**
 * What says who asks: the header fields that a request is sent with.
 *
 * @module
 */
import { signedHeaders } from "./signed_headers.ts";
import type { RequestSigner } from "./signer.ts";

/** A request that is about to be sent. */
export interface RequestToSign {
  /** HTTP method. */
  readonly method: string;
  /** The whole path as it goes over the wire, without query. */
  readonly path: string;
  /** Unix time in milliseconds. */
  readonly timestampMs: number;
}

/** Says who asks. Each attempt of a call is given header fields of its own. */
export interface Authenticator {
  /** The header fields for one attempt. What it throws is the call's error, and nothing is sent. */
  authenticate(request: RequestToSign): Promise<Readonly<Record<string, string>>>;
  /** What to do when it is refused with 401, as a sentence; that of a signing key when left out. */
  readonly whenRefused?: string | undefined;
}

/** Says it by a signature, which is made anew for each attempt. */
export function signing(auth: (() => Promise<RequestSigner>) | RequestSigner): Authenticator {
  if (typeof auth !== "function") {
    return {
      authenticate: ({ method, path, timestampMs }) => signedHeaders(auth, method, path, timestampMs),
    };
  }
  return {
    authenticate: async ({ method, path, timestampMs }) =>
      await signedHeaders(await auth(), method, path, timestampMs),
  };
}
