/** What is known of a request when something is said of it. */

/** What an error about a response says of its request. */
export interface RequestIdentity {
  /** HTTP method. */
  readonly method: string;
  /** Path below the API root, without query. */
  readonly path: string;
  /** How many attempts were made. */
  readonly attempts: number;
  /** The client ids that the request carried. */
  readonly clientIds?: readonly string[] | undefined;
  /** Whether an earlier attempt of a write may have acted. */
  readonly ambiguous?: boolean | undefined;
  /** Who asked. */
  readonly auth?: {
    /** What to do when that is refused. */
    readonly whenRefused?: string | undefined;
  } | undefined;
  /** Takes what nobody may see of it out of a value that is told elsewhere than in its error. */
  readonly redact?: ((value: unknown) => unknown) | undefined;
  /** What it carried, for what its error says to do. */
  readonly options?: {
    readonly params?: Readonly<Record<string, unknown>> | undefined;
    readonly body?: unknown;
    /** What to do about an error with this code of Kalshi's, where the caller knows more than the pipeline. */
    readonly advise?: ((serverCode: string | undefined, status: number) => string | undefined) | undefined;
  } | undefined;
}
