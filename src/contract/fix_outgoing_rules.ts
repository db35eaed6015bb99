/** What a message takes that a client sends, as data: the generated table holds one for each. */
import type { FixSessionKind } from "./fix/sessions.ts";

/** What every field may say. */
interface AnyField {
  /** Its number. */
  readonly tag: number;
  /** It has to be there. */
  readonly required?: true;
  /** It has to be there where another field has one of these values, and only there. */
  readonly when?: readonly [field: string, values: readonly number[]];
}

/** What one field takes. */
export type OutgoingField =
  & AnyField
  & (
    /** Printable ASCII. */
    | { readonly kind: "text"; readonly longest?: number }
    | { readonly kind: "uuid" | "exec-id" | "flag" | "time" }
    /** One of some characters or words; others as well, unless the list is closed. */
    | { readonly kind: "code"; readonly codes: Readonly<Record<string, string>>; readonly closed?: true }
    /** A whole number. */
    | {
      readonly kind: "whole";
      readonly range?: readonly [least: number, most: number];
      readonly codes?: Readonly<Record<string, string>>;
      readonly closed?: true;
    }
    /** Cents or dollars, as product and Logon have it. */
    | { readonly kind: "price"; readonly zero?: true }
    /** Contracts above zero. */
    | { readonly kind: "quantity"; readonly places: number }
    /** Dollars above zero. */
    | { readonly kind: "money" }
    | { readonly kind: "group"; readonly most?: number; readonly fields: OutgoingFields }
  );

/** Fields by their names. */
export type OutgoingFields = Readonly<Record<string, OutgoingField>>;

/** One message. */
export interface OutgoingMessage {
  /** What FIX calls it. */
  readonly name: string;
  /** The sessions on which a client sends it. */
  readonly sessions: readonly FixSessionKind[];
  /** Its fields. */
  readonly fields: OutgoingFields;
}
