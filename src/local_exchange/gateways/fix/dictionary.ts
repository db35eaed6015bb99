/** Kalshi's dialect as its gateway takes it: what the pages say, and what it takes besides. */
import { SessionRejectReason } from "../../../contract/fix/codes.ts";
import { kalshiDictionary } from "../../../contract/fix/dictionary.ts";
import { eventFields, eventMessages } from "../../../contract/fix/event_only.ts";
import type { FixDictionary, FixMember } from "../../../contract/fix_dictionary.ts";
import type { FieldFault } from "../../../fix/checks.ts";

const EX_DESTINATION = 100;

const { fields, messages } = kalshiDictionary;

const also = (type: string, ...tags: readonly number[]): readonly FixMember[] => [
  ...messages[type] ?? [],
  ...tags.map((tag) => -tag),
];

/** RawDataLength(95) of a Logon is in no page; 21003 of a Logon, 297 of a QuoteConfirmStatus and 20130 of D and G are older. */
export const eventDictionary: FixDictionary = {
  ...kalshiDictionary,
  fields: {
    ...fields,
    95: ["RawDataLength", "Length"],
    // Market data refuses a kind of request that it does not know in words of its own.
    263: ["SubscriptionRequestType", "Char"],
  },
  // A request for a combo has no Symbol to begin its entry with.
  looseGroups: [146],
  messages: {
    ...messages,
    // Passed over where they stand outside of the group.
    R: also("R", 21015, 21016, 21033),
    A: also("A", 95, 21003),
    D: also("D", 20130),
    G: also("G", 20130),
    U8: also("U8", 297),
  },
};

const tagOf = (member: FixMember): number => Math.abs(typeof member === "number" ? member : member[0]);

/** The same without what perps do not have. ExDestination(100) of orders is passed over there. */
export const marginDictionary: FixDictionary = {
  ...eventDictionary,
  messages: Object.fromEntries(
    Object.entries(eventDictionary.messages).filter(([type]) => !eventMessages.includes(type)).map((
      [type, members],
    ) => {
      const isOrder = type === "D" || type === "F" || type === "G";
      const gone = (eventFields[type] ?? []).filter((tag) => !isOrder || tag !== EX_DESTINATION);
      return [type, members.filter((member) => !gone.includes(tagOf(member)))];
    }),
  ),
};

/** Faults in Kalshi's words, where they are known. */
export function worded(fault: FieldFault): FieldFault {
  // What the standard calls an invalid tag number is an undefined tag at Kalshi.
  return fault.reason === SessionRejectReason.InvalidTagNumber && fault.tag !== undefined
    ? { ...fault, reason: SessionRejectReason.UndefinedTag, text: "Undefined tag received" }
    : fault;
}
