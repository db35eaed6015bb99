/**
 * Which path is signed for a URL. What says whether a URL may be signed at all is the policy of the configuration; it
 * reads the URL with the runtime's parser, which takes a hundredth of a request.
 *
 * @module
 */
import { assertSignable, type SignableBases } from "../config/url_policy.ts";
import type { RestVenue } from "../config/venue.ts";

/** So many URLs are known again, none of them longer than this: a program asks for the same few over and over. */
const MOST_URLS = 128;
const LONGEST_URL = 256;

/** The paths that are signed for the URLs of one client. */
export class SignedPaths {
  readonly #venue: RestVenue;
  /** Frozen: what was said of a URL by it holds. */
  readonly #bases: SignableBases;
  readonly #known = new Map<string, string>();

  constructor(venue: RestVenue, bases: SignableBases) {
    this.#venue = venue;
    this.#bases = bases;
  }

  /**
   * The path that is signed for a URL.
   *
   * @throws {KalshiConfigError} for a URL that must not be signed
   */
  of(url: string): string {
    const known = this.#known.get(url);
    if (known !== undefined) return known;
    const path = assertSignable(this.#venue, this.#bases, url);
    if (url.length > LONGEST_URL) return path;
    if (this.#known.size >= MOST_URLS) this.#known.clear();
    this.#known.set(url, path);
    return path;
  }
}
