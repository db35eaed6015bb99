/** What can be asked of an exchange, as its state keeps it: whatever changes it, whichever way it came in. */
import type { MemberTerms } from "./klear/house.ts";
import type { FixProduct } from "../contract/fix/sessions.ts";
import type { SteeringCommand } from "./steering.ts";
import type { KeyType } from "./signatures.ts";
import type { UsageTier } from "./limits.ts";

/** A key, but for the half that signs: that one no exchange keeps. */
export interface KeptKey {
  readonly id: string;
  readonly name: string;
  readonly type: KeyType;
  /** Its public half: SPKI in base64. */
  readonly spki: string;
  readonly scopes: readonly string[];
  readonly subaccount?: number | undefined;
}

/** What an account is opened with. */
export interface AccountTerms {
  /** In micro-dollars. */
  readonly cash: number;
  /** Whether its balance is rounded to cents after each fill. */
  readonly inCents: boolean;
  readonly tier: UsageTier;
  readonly history: boolean;
  readonly dropCopy: boolean;
  /** For perps, in micro-dollars; undefined where there are none. */
  readonly perps?: number | undefined;
}

/** Something that changes an exchange. */
export type Command =
  /** It was started again. */
  | { readonly do: "open" }
  /** What is due happens. */
  | { readonly do: "tick"; readonly until: number }
  /** Its clock was moved, stopped, or let go: its time, and what that is ahead of the clock below, in milliseconds. */
  | { readonly do: "clock"; readonly now: number; readonly aheadMs: number; readonly running: boolean }
  /** The next id of the seed was given away. */
  | { readonly do: "draw" }
  | { readonly do: "account"; readonly terms: AccountTerms; readonly key: KeptKey }
  | { readonly do: "key"; readonly account: string; readonly key: KeptKey }
  /** `by`: id of a key, or of an account behind an `@`. */
  | {
    readonly do: "rest";
    readonly by?: string | undefined;
    readonly method: string;
    readonly target: string;
    readonly body: string;
  }
  /** A clearing member was opened. */
  | { readonly do: "klear-member"; readonly terms: MemberTerms }
  /** A request to Klear; `by`: id of an admin user. */
  | {
    readonly do: "klear";
    readonly by: string;
    readonly method: string;
    readonly target: string;
    readonly body: string;
  }
  /** A message of a FIX session. */
  | {
    readonly do: "fix";
    /** That of event contracts where it is not said. */
    readonly product?: FixProduct;
    readonly by: string;
    readonly session: string;
    readonly preferences: object;
    readonly message: object;
  }
  /** A FIX session ended, and its orders with it. */
  | {
    readonly do: "fix-end";
    readonly product?: FixProduct;
    readonly by: string;
    readonly session: string;
    readonly preferences: object;
  }
  | ({ readonly do: "steer" } & SteeringCommand);
