/** What decoded messages share: keeping what no dictionary names, and showing only what is there. */
import type { Open } from "../base/open.ts";
import type { ExtraField, FixFields, FixHeader } from "./fix_fields.ts";

/** A value of a field with a list of values; others are possible, for Kalshi adds values without notice. */
export type Code<Names> = Open<Names[keyof Names] & string>;

/** One entry of a group. */
export abstract class FixEntry {
  /** What Node, Deno and Bun print: the fields that came. */
  [Symbol.for("nodejs.util.inspect.custom")](): Record<string, unknown> {
    return present(this);
  }

  [Symbol.for("Deno.customInspect")](inspect: (value: unknown) => string): string {
    return inspect(present(this));
  }
}

/** One message. */
export abstract class FixRecord extends FixEntry {
  abstract extra: ExtraField[] | undefined;

  /** Keeps a field as it came. */
  keep(fields: FixFields, k: number): void {
    (this.extra ??= []).push(fields.extra(k));
  }
}

/** A message of a type that the dictionary does not name. */
export interface UnknownMessage {
  /** MsgType(35). */
  readonly MsgType: string;
  /** Every field of its body, in their order. */
  readonly extra?: readonly ExtraField[] | undefined;
}

/** Such a message as it came. */
export class UnknownRecord extends FixRecord implements UnknownMessage {
  readonly MsgType: string;
  header: FixHeader;
  extra: ExtraField[] | undefined = undefined;

  constructor(header: FixHeader) {
    super();
    this.MsgType = header.MsgType;
    this.header = header;
  }
}

function present(record: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
