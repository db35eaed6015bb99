/**
 * What a parameter, or a field of a body or a command, takes, as data. The generated tables hold one for each;
 * client and local exchange check by them.
 *
 * @module
 */

/** What every rule may say. */
export interface AnyRule {
  /** It has to be there. */
  readonly required?: true;
  /** It may be null. */
  readonly nullable?: true;
}

/** Text. */
export interface StringRule extends AnyRule {
  /** Kind of value. */
  readonly type: "string";
  /** The only values that are known. */
  readonly oneOf?: readonly string[];
  /** How it is written. */
  readonly format?: "date-time" | "date" | "uuid";
  /** Its greatest length. */
  readonly maxLength?: number;
}

/** True or false. */
export interface BooleanRule extends AnyRule {
  /** Kind of value. */
  readonly type: "boolean";
}

/** A whole number. */
export interface IntegerRule extends AnyRule {
  /** Kind of value. */
  readonly type: "integer";
  /** The only values that are known. */
  readonly oneOf?: readonly number[];
  /** The least value. */
  readonly min?: number;
  /** The greatest value. */
  readonly max?: number;
  /** Zero is no value. */
  readonly nonzero?: true;
  /** What it counts: `unix-s`, `unix-ms`, `minutes`, `cents`, `centicents` and so on. */
  readonly unit?: string;
}

/** An exact decimal number, as text: never below zero. */
export interface DecimalRule extends AnyRule {
  /** Kind of value. */
  readonly type: "decimal";
  /** What it counts. */
  readonly unit: "dollars" | "contracts";
  /** How many decimal places may count. */
  readonly places: number;
  /** It is a price of an event contract: at most one dollar. */
  readonly price?: true;
  /** Zero is no value. */
  readonly positive?: true;
}

/** A list. */
export interface ListRule extends AnyRule {
  /** Kind of value. */
  readonly type: "list";
  /** What each item takes. */
  readonly items: FieldRule;
  /** Goes out as one text with commas, and may be given so. */
  readonly commas?: true;
  /** The fewest items. */
  readonly minItems?: number;
  /** The most items. */
  readonly maxItems?: number;
}

/** An object of fields. */
export interface ObjectRule extends AnyRule {
  /** Kind of value. */
  readonly type: "object";
  /** Its fields by name. */
  readonly fields: FieldRules;
}

/** What one parameter or field takes. */
export type FieldRule = StringRule | BooleanRule | IntegerRule | DecimalRule | ListRule | ObjectRule;

/** What the parameters of a call, or the fields of an object, take, by name. */
export type FieldRules = Readonly<Record<string, FieldRule>>;
