/**
 * The credentials of a clearing member: an admin user's id and an access token, both from the page "Security" of
 * https://klearing.kalshi.com.
 *
 * @module
 */
import type { Authenticator } from "../auth/authenticator.ts";
import { KalshiAuthKeyError, KalshiConfigError } from "../base/errors.ts";

/** What gives an access token: text, or a function that fetches it, called for each attempt of a call. */
export type AccessToken = string | (() => string | Promise<string>);

const WHERE = "both are on the page Security of https://klearing.kalshi.com";

/** An id that can stand before the colon. */
function checkId(id: unknown): string {
  const text = typeof id === "string" ? id.trim() : "";
  if (/^[\w.@-]{1,128}$/.test(text)) return text;
  throw new KalshiAuthKeyError(
    `The admin user id is ${
      text === "" ? "blank" : "malformed"
    }: give it as Klear shows it, without the token (${WHERE}).`,
  );
}

/** A token that can stand in a header. It is never quoted. */
function checkToken(token: unknown, id: string): string {
  const text = typeof token === "string" ? token.trim() : "";
  const refuse = (why: string): never => {
    throw new KalshiAuthKeyError(`The access token ${why} (${WHERE}).`);
  };
  if (text === "") refuse("is blank: give it as Klear shows it");
  if (/^bearer\b/i.test(text)) refuse("begins with Bearer: give it alone");
  if (text.startsWith(`${id}:`)) refuse("begins with the admin user id: give it alone");
  if (text.includes("-----BEGIN")) refuse("is a private key, which Klear does not take: give the token");
  if (!/^[!-~]{1,4096}$/.test(text)) {
    refuse("is no line of letters, digits and signs: give it as Klear shows it");
  }
  return text;
}

/**
 * Says who asks with a token: `Authorization: Bearer <admin_user_id>:<access_token>`. Klear signs nothing; whoever has
 * the token may do all that the admin user may. It is kept where no dump shows it. Clients may share one.
 *
 * @example
 * ```ts
 * import { KlearAuth, KlearClient } from "@unofficial/kalshi/klear";
 *
 * declare const secrets: { get(name: string): Promise<string> };
 * const auth = new KlearAuth("5f3c9a52-6d7e-4b80-9c11-0a2b3c4d5e6f", () => secrets.get("klear-token"));
 * await using client = new KlearClient({ auth });
 * console.log(await client.margin.settlementBalance.get());
 * ```
 */
export class KlearAuth implements Authenticator {
  /** Id of the admin user. */
  readonly adminUserId: string;
  /** What to do when Klear refuses the token. */
  readonly whenRefused: string =
    `Check the admin user id and the access token: ${WHERE}, demo and production have tokens of their own, and a new ` +
    "token ends the old one.";
  readonly #token: () => string | Promise<string>;

  /**
   * Checks both; asks nobody.
   *
   * @param adminUserId Id of the admin user.
   * @param accessToken Its token, or a function that fetches it before each attempt.
   * @throws {KalshiAuthKeyError} for an id or a token that cannot be one; it never quotes the token
   */
  constructor(adminUserId: string, accessToken: AccessToken) {
    const id = this.adminUserId = checkId(adminUserId);
    if (typeof accessToken === "function") this.#token = accessToken;
    else {
      const token = checkToken(accessToken, id);
      this.#token = () => token;
    }
  }

  /**
   * The header field of one attempt.
   *
   * @throws {KalshiAuthKeyError} when the token's function fails, or gives what is no token
   */
  async authenticate(): Promise<Readonly<Record<string, string>>> {
    let token: unknown;
    try {
      token = await this.#token();
    } catch (cause) {
      throw new KalshiAuthKeyError("The access token could not be fetched: see `cause`.", { cause });
    }
    return { authorization: `Bearer ${this.adminUserId}:${checkToken(token, this.adminUserId)}` };
  }

  /** What may be shown: no secret. */
  toJSON(): { adminUserId: string } {
    return { adminUserId: this.adminUserId };
  }
}

/** The credentials of a client, from its options. */
export function chooseAuth(
  { auth, adminUserId, accessToken }: {
    readonly auth?: KlearAuth | undefined;
    readonly adminUserId?: string | undefined;
    readonly accessToken?: AccessToken | undefined;
  },
): KlearAuth | undefined {
  if (auth !== undefined) {
    if (adminUserId === undefined && accessToken === undefined) return auth;
    throw new KalshiConfigError("Give either `auth` or `adminUserId` and `accessToken`, not both.");
  }
  if (adminUserId === undefined && accessToken === undefined) return undefined;
  if (adminUserId === undefined || accessToken === undefined) {
    throw new KalshiConfigError(
      `\`adminUserId\` and \`accessToken\` belong together: give both (${WHERE}).`,
    );
  }
  return new KlearAuth(adminUserId, accessToken);
}
