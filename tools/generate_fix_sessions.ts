/** Where Kalshi's FIX sessions are and what each does, as text of src/contract/fix/sessions.ts. */
import { there } from "./there.ts";

interface PlaceFact {
  readonly host: string;
  readonly port: number;
  readonly target_comp_id: string;
}

interface SessionFact {
  readonly products?: readonly string[];
  readonly reset_seq_num_required: boolean;
  readonly retransmission: boolean;
  readonly listener_capable?: boolean;
  readonly settlement_reports?: string;
}

interface LogonField {
  readonly tag: number;
  readonly name: string;
  readonly type?: string;
  readonly max_hours?: number;
  readonly source?: string;
}

interface SessionFacts {
  readonly environments: Readonly<
    Record<string, Readonly<Record<string, { readonly sessions: readonly PlaceFact[] }>>>
  >;
  readonly sessions: Readonly<Record<string, SessionFact>>;
  readonly logon: {
    readonly heartbeat: {
      readonly default_s: number;
      readonly min_s_event: string;
      readonly min_s_margin: string;
    };
  };
  readonly event: { readonly messages: readonly MessageFact[] };
  readonly margin: { readonly messages: readonly MessageFact[] };
}

interface MessageFact {
  readonly msg_type: string;
  readonly fields: readonly LogonField[];
}

/** What this library calls a session, by its TargetCompID. */
export const sessionNames: Readonly<Record<string, string>> = {
  KalshiNR: "order-entry",
  KalshiRT: "order-entry-rt",
  KalshiDC: "drop-copy",
  KalshiPT: "post-trade",
  KalshiRFQ: "rfq",
  KalshiMD: "market-data",
};

/** Fields of a Logon that the session itself writes. */
const written = new Set([95, 96, 98, 108, 141, 1137]);

/** The least whole number that a bound such as `>3` or `>=3` lets through. */
function least(bound: string): number {
  const [, sign, number] = /^(>=?)(\d+)$/.exec(bound) ?? [];
  return Number(there(number, `the number of ${bound}`)) + (sign === ">" ? 1 : 0);
}

function factsOf(id: string, fact: SessionFact, { environments }: SessionFacts): object {
  const places = Object.fromEntries(
    Object.entries(environments).flatMap(([product, byEnvironment]) => {
      const told = Object.entries(byEnvironment).flatMap(([environment, { sessions }]) => {
        const place = sessions.find(({ target_comp_id }) => target_comp_id === id);
        return place === undefined ? [] : [[environment, { host: place.host, port: place.port }] as const];
      });
      if ((told.length > 0) !== (fact.products?.includes(product) ?? true)) {
        throw new Error(`${id} has places in ${product}, and its products say otherwise`);
      }
      return told.length === 0 ? [] : [[product, Object.fromEntries(told)] as const];
    }),
  );
  const settlement = fact.settlement_reports;
  return {
    targetCompId: id,
    retransmission: fact.retransmission,
    resetSeqNum: fact.reset_seq_num_required,
    listener: fact.listener_capable ?? false,
    settlementReports: settlement === undefined
      ? "never"
      : settlement.startsWith("default on")
      ? "by default"
      : "on request",
    places,
  };
}

/** Options of a Logon by product: those that Kalshi's pages tell of. */
function logonOptions({ messages }: { readonly messages: readonly MessageFact[] }): string[] {
  const { fields } = there(messages.find(({ msg_type }) => msg_type === "A"), "the Logon");
  return fields.filter(({ tag, source }) => !written.has(tag) && source === undefined).map(({ name }) =>
    name
  );
}

/** The text of the file, unformatted. */
export function sessionsModule(head: string, text: string): string {
  const facts = JSON.parse(text) as SessionFacts;
  const { heartbeat } = facts.logon;
  const retention = facts.event.messages.flatMap(({ fields }) => fields)
    .find(({ max_hours }) => max_hours !== undefined)?.max_hours;
  const sessions = Object.fromEntries(
    Object.entries(facts.sessions).map((
      [id, fact],
    ) => [there(sessionNames[id], `a name for ${id}`), factsOf(id, fact, facts)]),
  );
  return [
    head,
    `/** Whose gateways they are: those of event contracts, or those of perps. */\nexport type FixProduct = ${
      Object.keys(facts.environments).map((name) => JSON.stringify(name)).join(" | ")
    };`,
    `/** What a session is for. */\nexport type FixSessionKind = ${
      Object.keys(sessions).map((name) => JSON.stringify(name)).join(" | ")
    };`,
    `/** Where a session is. */\nexport interface FixPlace {\n/** Host name. */\nreadonly host: string;\n/** Port. */\nreadonly port: number;\n}`,
    `/** One of Kalshi's FIX sessions. */\nexport interface FixSessionFacts {\n` +
    `/** What Kalshi calls it, its TargetCompID(56). */\nreadonly targetCompId: string;\n` +
    `/** Whether numbers go on over connections, and missing messages can be asked for. */\nreadonly retransmission: boolean;\n` +
    `/** Whether every Logon begins at 1, with ResetSeqNumFlag(141). */\nreadonly resetSeqNum: boolean;\n` +
    `/** Whether it can be a listener's, with ListenerSession(20126). */\nreadonly listener: boolean;\n` +
    `/** Whether settlements are reported on it. */\nreadonly settlementReports: "never" | "on request" | "by default";\n` +
    `/** Where it is, by product and environment; no product that does not have it. */\nreadonly places: Readonly<Partial<Record<FixProduct, Readonly<Record<"production" | "demo", FixPlace>>>>>;\n}`,
    `/** Every session. */\nexport const fixSessions: Readonly<Record<FixSessionKind, FixSessionFacts>> = ${
      JSON.stringify(sessions)
    };`,
    `/** HeartBtInt(108), in seconds: the usual one, and the least by product. */\nexport const fixHeartbeat: {\nreadonly usual: number;\nreadonly least: Readonly<Record<FixProduct, number>>;\n} = ${
      JSON.stringify({
        usual: heartbeat.default_s,
        least: { event: least(heartbeat.min_s_event), margin: least(heartbeat.min_s_margin) },
      })
    };`,
    `/** The most hours that MessageRetentionPeriod(20200) takes. */\nexport const fixRetentionHours: number = ${
      there(retention, "the most hours of retention")
    };`,
    `/** What a Logon can ask for, by product. */\nexport const fixLogonOptions: Readonly<Record<FixProduct, readonly string[]>> = ${
      JSON.stringify({ event: logonOptions(facts.event), margin: logonOptions(facts.margin) })
    };`,
  ].join("\n\n");
}
