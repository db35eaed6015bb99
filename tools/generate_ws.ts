/** Reads an AsyncAPI fact file, and writes the types of its commands and messages. */
import { type Json, type NamedShape, pascal, refName, refs, Shapes } from "./generate_spec.ts";
import { docComment, typesModule } from "./generate_types.ts";

/** Codes that Kalshi retired: a server that lags may still send them. */
export interface RetiredErrors {
  readonly codes: readonly { readonly code: number; readonly error: string; readonly terminal: boolean }[];
}

/** What Kalshi's pages of the channels say and its specification does not. */
interface ChannelPage {
  /** The parameters that pick what a channel carries, the usual one first. */
  readonly picks: readonly string[];
  /** It is about one's own account. */
  readonly isPrivate: boolean;
}

const open = (...picks: string[]): ChannelPage => ({ picks, isPrivate: false });
const own = (...picks: string[]): ChannelPage => ({ picks, isPrivate: true });

const channelPages: Readonly<Record<string, ChannelPage>> = {
  orderbook_delta: open("market_tickers"),
  ticker: open("market_tickers", "market_ids"),
  trade: open("market_tickers"),
  fill: own("market_tickers"),
  market_positions: own("market_tickers"),
  market_lifecycle_v2: open(),
  multivariate_market_lifecycle: open(),
  communications: own(),
  order_group_updates: own(),
  user_orders: own("market_tickers"),
  cfbenchmarks_value: open("index_ids"),
  pyth_value: open("underlying_tickers"),
  cfbenchmarks_value_5hz: open("index_ids"),
};

/** One frame that we send or receive. */
export interface Message {
  /** Name of the type of the whole frame. */
  readonly type: string;
  readonly sent: boolean;
  /** Value of `type`, or of `cmd` in what we send. */
  readonly wireType: string;
  /** Set for answers to commands. */
  readonly answer: boolean;
  /** Whether it has a number within its subscription. */
  readonly numbered: boolean;
}

/** An AsyncAPI fact file as named shapes, frames and channels. */
export class WsSpec {
  readonly version: string;
  readonly types: readonly NamedShape[];
  readonly messages: readonly Message[];
  /** Channel name to the types of its frames. */
  readonly channels: ReadonlyMap<string, readonly string[]>;
  readonly errors: readonly { readonly code: number; readonly error: string }[];
  readonly terminalErrors: readonly number[];

  constructor(text: string, shared: Json, { codes: retired }: RetiredErrors) {
    const spec = JSON.parse(text);
    const schemas: Record<string, Json> = spec.components.schemas ?? {};
    const anyChannel = { type: "array", minItems: 1, items: { "x-type": "Open<Channel>" } };
    const scalars = new Map<string, Json>();
    const shapes = new Shapes();
    for (const [name, schema] of Object.entries(schemas)) {
      if (schema.type !== "object" && schema.enum === undefined) scalars.set(name, schema);
    }
    /** Puts plain numbers and strings in place of their names, and gives types their TypeScript names. */
    const resolve = (schema: Json): Json => {
      if (Array.isArray(schema)) return schema.map(resolve);
      if (typeof schema !== "object" || schema === null) return schema;
      if (schema.allOf?.length === 1 && schema.allOf[0].$ref === undefined) return resolve(schema.allOf[0]);
      if (typeof schema.$ref === "string") {
        const name = refName(schema.$ref);
        return scalars.get(name) ?? { $ref: pascal(name) };
      }
      return Object.fromEntries(
        Object.entries(schema).map(([key, value]) => [key, key === "channels" ? anyChannel : resolve(value)]),
      );
    };
    for (const [name, schema] of Object.entries(schemas)) {
      if (!scalars.has(name) && !name.endsWith("Payload")) shapes.add(pascal(name), resolve(schema));
    }
    const messages: Message[] = [];
    const typeOf = new Map<string, string>();
    const seen = new Map<string, string>();
    for (const [name, message] of Object.entries<Json>(spec.components.messages)) {
      const payload = resolve(
        message.payload.$ref ? schemas[refName(message.payload.$ref)] : message.payload,
      );
      if (payload.type !== "object") continue;
      const key = JSON.stringify(payload);
      const known = seen.get(key);
      if (known !== undefined) {
        typeOf.set(name, known);
        continue;
      }
      const sent = payload.properties.cmd !== undefined;
      const answer = name.endsWith("Response");
      const type = pascal(name) + (sent || answer ? "" : "Message");
      shapes.add(type, payload);
      messages.push({
        type,
        sent,
        answer,
        numbered: payload.properties.seq !== undefined,
        wireType: (payload.properties.cmd ?? payload.properties.type).const,
      });
      typeOf.set(name, type);
      seen.set(key, type);
    }
    const sentTypes = new Set(messages.filter(({ sent }) => sent).map(({ type }) => type));
    for (const name of sentTypes) {
      const entry = shapes.named.get(name);
      if (entry !== undefined) { for (const next of refs(entry.shape)) sentTypes.add(next); }
    }
    const channels: [string, string[]][] = Object.entries<Json>(spec.channels)
      .filter(([, channel]) => channel.address !== "/")
      .map(([name, channel]) => [name, Object.keys(channel.messages).map((key) => typeOf.get(key) ?? key)]);
    this.version = spec.info.version;
    this.messages = messages;
    this.channels = new Map(channels);
    const errors = spec["x-error-codes"] === undefined ? shared : spec;
    const named = retired.map(({ code }) => code);
    if (String(named) !== String(errors["x-retired-error-codes"])) {
      throw new Error(
        `retired_error_codes.json names ${named}, and the specification retires ${
          errors["x-retired-error-codes"]
        }`,
      );
    }
    const meanings = retired.map(({ code, error }) => ({ code, error }));
    this.errors = [...errors["x-error-codes"], ...meanings].sort((a, b) => a.code - b.code);
    const ended = retired.filter(({ terminal }) => terminal).map(({ code }) => code);
    this.terminalErrors = [...errors["x-terminal-error-codes"], ...ended].sort((a, b) => a - b);
    this.types = [...shapes.named].map(([name, { shape, facts }]) => ({
      name,
      shape,
      facts,
      use: sentTypes.has(name) ? "in" : "out",
    }));
  }
}

/** What is known of each channel, as one module's text. */
export function channelFactsModule(head: string, spec: WsSpec): string {
  const takes = JSON.stringify(spec.types.find(({ name }) => name === "SubscribeParams")?.shape);
  const entries = [...spec.channels].map(([name, types]) => {
    const page = channelPages[name];
    if (page === undefined) {
      throw new Error(`Say in channelPages what picks from "${name}", and whose it is.`);
    }
    const frames = spec.messages.filter(({ type }) => types.includes(type));
    const facts = {
      types: frames.map(({ wireType }) => wireType),
      numbered: frames.some(({ numbered }) => numbered),
      picks: page.picks.filter((param) => takes.includes(`"${param}"`)),
      isPrivate: page.isPrivate,
    };
    return `  ${name}: ${JSON.stringify(facts).replace(/"(\w+)":/g, "$1:")},\n`;
  }).join("");
  return head + `import type { ChannelFacts } from "../channel_facts.ts";
import type { Channel } from "./channels.ts";

/** What is known of each channel. */
export const channelFacts: Readonly<Record<Channel, ChannelFacts>> = {
${entries}};
`;
}

/** The name of an error code, out of Kalshi's words: "Unknown subscription ID" is `unknownSubscriptionId`. */
function errorName(words: string): string {
  const spoken = words.replace(">=", "at least").replace("<=", "at most").replace(">", "over").replace(
    "<",
    "below",
  );
  const name = pascal(spoken.toLowerCase().replace(/[^a-z0-9]+/g, "_"));
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** All types of an AsyncAPI spec, its channels and its error codes as one module's text. */
export function wsModule(head: string, open: string, spec: WsSpec): string {
  const union = (sent: boolean) =>
    spec.messages.filter((message) => message.sent === sent).map(({ type }) => type).join(" | ");
  const channels = [...spec.channels].map(([name, types]) => {
    const wire = spec.messages.filter(({ type }) => types.includes(type)).map(({ wireType }) =>
      `\`${wireType}\``
    );
    return docComment([`Frames of type ${wire.join(", ")}.`], false, "  ") +
      `  ${name}: ${types.join(" | ")};\n`;
  }).join("");
  const names = spec.errors.map(({ code, error }) => `  ${errorName(error)}: ${code},\n`).join("");
  const codes = spec.errors.map(({ code, error }) => `  ${code}: ${JSON.stringify(error)},\n`).join("");
  return typesModule(head, open, spec.types) + `
/** The frames of each channel, by the channel's name. */
export interface ChannelMessages {
${channels}}

/** Name of a channel. */
export type Channel = keyof ChannelMessages;

/** Any frame that the exchange sends and this library knows. */
export type ServerMessage = ${union(false)};

/** Any command that the exchange takes. */
export type ClientCommand = ${union(true)};

/** The codes of error frames, by their meaning. */
export const errorCodes = {
${names}} as const;

/** What the codes of error frames mean, in Kalshi's words. */
export const errorMeanings: Readonly<Record<number, string>> = {
${codes}};

/** Error codes that end the subscription, retired ones too: subscribe again. */
export const terminalErrors: readonly number[] = [${spec.terminalErrors.join(", ")}];
`;
}
