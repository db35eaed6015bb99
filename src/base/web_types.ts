/**
 * Types of the web platform, for projects that do without TypeScript's DOM library or whose TypeScript is older than
 * a type's parameters.
 *
 * @module
 */

/** Bytes in memory that nobody shares, as the platform takes them: `Uint8Array<ArrayBuffer>` since TypeScript 5.7. */
export type Bytes = ReturnType<Uint8ArrayConstructor["from"]>;

/** A key of WebCrypto: a `CryptoKey`, whichever library declares it. */
export interface WebCryptoKey {
  /** What it is for, and with which parameters. */
  readonly algorithm: { readonly name: string };
  /** Whether it can be exported. */
  readonly extractable: boolean;
  /** `private`, `public` or `secret`. */
  readonly type: string;
  /** What it may do, such as `sign`. */
  readonly usages: readonly string[];
}

/** A private key as a JSON Web Key: a `JsonWebKey`, whichever library declares it. Binary members are base64url. */
export interface PrivateJwk {
  /** Its type: `RSA`, or `OKP` for Ed25519. */
  readonly kty?: string | undefined;
  /** Of an Ed25519 key: `Ed25519`. */
  readonly crv?: string | undefined;
  /** The private part. */
  readonly d?: string | undefined;
  /** Of an Ed25519 key: the public part. */
  readonly x?: string | undefined;
  /** Of an RSA key: the modulus. */
  readonly n?: string | undefined;
  /** Of an RSA key: the public exponent. */
  readonly e?: string | undefined;
  /** Of an RSA key: the first prime. */
  readonly p?: string | undefined;
  /** Of an RSA key: the second prime. */
  readonly q?: string | undefined;
  /** Of an RSA key: the first exponent. */
  readonly dp?: string | undefined;
  /** Of an RSA key: the second exponent. */
  readonly dq?: string | undefined;
  /** Of an RSA key: the coefficient. */
  readonly qi?: string | undefined;
  /** Not looked at. */
  readonly alg?: string | undefined;
  /** Not looked at. */
  readonly use?: string | undefined;
  /** Not looked at. */
  readonly key_ops?: readonly string[] | undefined;
  /** Not looked at. */
  readonly ext?: boolean | undefined;
}

/** An iterator that `for await` takes, whose end has no value: `AsyncIterableIterator<T, undefined>` since TypeScript 5.6. */
export interface AsyncItems<T> extends AsyncIterator<T, undefined> {
  /** Itself. */
  [Symbol.asyncIterator](): AsyncItems<T>;
}
