/** What a FIX dictionary says, as data: for the session's checks in strict mode. */

/** The type of a field, by its name in FIX. */
export type FixType = string;

/** A member: its tag, negative when it may be left out; a group has the tag of its count and its members. */
export type FixMember = number | readonly [count: number, members: readonly FixMember[]];

/** The dialect of one counterparty. */
export interface FixDictionary {
  /** BeginString(8). */
  readonly beginString: string;
  /** DefaultApplVerID(1137). */
  readonly defaultApplVerID: string;
  /** Tags that belong to the header. */
  readonly header: readonly number[];
  /** Tags that belong to the trailer. */
  readonly trailer: readonly number[];
  /** By tag: name, type, and the values that are allowed where there is a list. */
  readonly fields: Readonly<
    Record<number, readonly [name: string, type: FixType, values?: readonly string[]]>
  >;
  /** By MsgType, the members of the body in their order. */
  readonly messages: Readonly<Record<string, readonly FixMember[]>>;
  /** Counts of groups whose entries may leave out their first member and begin with another one. */
  readonly looseGroups?: readonly number[];
}
