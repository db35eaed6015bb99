/**
 * FIX engines of npm, and the dictionary that they read, made from ours. They are 180 MB, which nobody needs who
 * does not run this bench: so they are no dependency, but installed at its first run, without their scripts.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { kalshiDictionary } from "../src/contract/fix/dictionary.ts";
import type { FixMember } from "../src/contract/fix_dictionary.ts";
import { KEY_ID, order, SENDING_TIME, VENUE } from "./fix_messages.ts";

const FOLDER = ".build/bench/fix_engines";
/** In exact versions. jspurefix reads and writes objects with groups; fixparser lists of fields. */
const ENGINES = { jspurefix: "5.11.4", fixparser: "2.9.5" } as const;
const DICTIONARY = `${FOLDER}/dictionary.xml`;

/** Puts the engines in place; what is wrong, when npm cannot. */
export function installEngines(): string | undefined {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(DICTIONARY, dictionaryXml("FIX", Object.keys(kalshiDictionary.messages)));
  if (Object.keys(ENGINES).every((name) => existsSync(`${FOLDER}/node_modules/${name}/package.json`))) return;
  writeFileSync(`${FOLDER}/package.json`, "{}");
  const packages = Object.entries(ENGINES).map(([name, version]) => `${name}@${version}`);
  console.error(`npm installs ${packages.join(" and ")} (180 MB) in ${FOLDER} ...`);
  const { status } = spawnSync(
    "npm",
    ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...packages],
    { cwd: FOLDER, stdio: ["ignore", 2, 2] },
  );
  return status === 0 ? undefined : `npm could not install ${packages.join(" and ")}`;
}

/** The messages of the session itself, which QuickFIX has in a dictionary of their own. */
export const sessionTypes: ReadonlySet<string> = new Set(["0", "1", "2", "3", "4", "5", "A"]);

/** Our dictionary as QuickFIX and the engines that follow it read it, with the messages that are named. */
export function dictionaryXml(kind: "FIX" | "FIXT", types: readonly string[]): string {
  const { header, trailer, fields, messages } = kalshiDictionary;
  const nameOf = (tag: number) => fields[Math.abs(tag)]?.[0] ?? "";
  const line = (member: FixMember): string => {
    const [tag, members] = typeof member === "number" ? [member, undefined] : member;
    const head = `name="${nameOf(tag)}" required="${tag > 0 ? "Y" : "N"}"`;
    return members === undefined
      ? `<field ${head}/>`
      : `<group ${head}>${members.map(line).join("")}</group>`;
  };
  const always = new Set([8, 9, 35, 49, 56, 34, 52, 10]);
  const part = (tags: readonly number[]) => tags.map((tag) => line(always.has(tag) ? tag : -tag)).join("");
  const version = kind === "FIX"
    ? `major="5" minor="0" servicepack="2"`
    : `major="1" minor="1" servicepack="0"`;
  const isGroup = new Set(Object.values(messages).flat().flatMap(groups));
  const whole = types.includes("A");
  return `<fix type="${kind}" ${version}>
<header>${whole ? part(header) : ""}</header>
<trailer>${whole ? part(trailer) : ""}</trailer>
<messages>
${
    types.map((type) =>
      `<message name="Message${type}" msgtype="${type}" msgcat="${
        sessionTypes.has(type) ? "admin" : "app"
      }">${(messages[type] ?? []).map(line).join("")}</message>`
    ).join("\n")
  }
</messages>
<components/>
<fields>
${
    Object.entries(fields).map(([tag, [name, type]]) =>
      `<field number="${tag}" name="${name}" type="${
        isGroup.has(Number(tag)) ? "NUMINGROUP" : xmlType(type)
      }"/>`
    ).join("\n")
  }
</fields>
</fix>
`;
}

function groups(member: FixMember): number[] {
  return typeof member === "number" ? [] : [Math.abs(member[0]), ...member[1].flatMap(groups)];
}

function xmlType(type: string): string {
  switch (type) {
    case "Decimal":
    case "Price":
    case "Quantity":
      return "STRING";
    case "Integer":
    case "SeqNum":
      return "INT";
    default:
      return ["Int", "Boolean", "Length", "Data"].includes(type) ? type.toUpperCase() : "STRING";
  }
}

/** An engine at work: how many messages a call handles, and the call. */
export interface Work {
  readonly perCall: number;
  run(): unknown;
}

type Loose = Record<string, never>;
const load = createRequire(resolve(FOLDER, "package.json")) as (name: string) => Loose;

/** What jspurefix needs before it reads or writes anything. */
async function jspurefix() {
  load("reflect-metadata");
  const from = (path: string) => load(`jspurefix/dist/${path}.js`);
  const { SessionContainer } = from("runtime/index") as unknown as { SessionContainer: new () => Container };
  const { DITokens } = from("runtime/di-tokens") as unknown as { DITokens: Record<string, symbol> };
  const { makeSessionScope } = from("runtime/session-scope") as unknown as {
    makeSessionScope: (c: unknown) => Scope;
  };
  const { DefinitionFactory } = from("util/definition-factory") as unknown as {
    DefinitionFactory: new () => { getDefinitions(path: string): Promise<unknown> };
  };
  const system = new SessionContainer();
  system.registerGlobal("error");
  const dictionary = resolve(DICTIONARY);
  const container = await system.makeSystem({
    application: {
      reconnectSeconds: 10,
      type: "initiator",
      name: "bench",
      tcp: { host: "localhost", port: 1 },
      protocol: "ascii",
      dictionary,
    },
    EncryptMethod: 0,
    ResetSeqNumFlag: true,
    HeartBtInt: 30,
    SenderCompId: KEY_ID,
    TargetCompID: VENUE,
    BeginString: "FIXT.1.1",
  });
  const config = container.resolve(DITokens["IJsFixConfig"]) as Record<string, unknown>;
  config["definitions"] = await new DefinitionFactory().getDefinitions(dictionary);
  config["delimiter"] = config["logDelimiter"] = 1;
  return { from, DITokens, scope: () => makeSessionScope(config) };
}

interface Container {
  registerGlobal(level: string): void;
  makeSystem(description: unknown): Promise<{ resolve(token: unknown): unknown }>;
}
interface Scope {
  readonly sessionContainer: { resolve(token: unknown): unknown };
}

/** Objects with groups; CheckSum is compared, as everybody must. */
export async function jspurefixDecode(joined: Uint8Array, count: number): Promise<Work> {
  interface View {
    checksum(): string;
    getTyped(tag: number): unknown;
    toObject(): { NoCollateralAmountChanges: unknown[]; Symbol: string };
  }
  interface Parser {
    on(event: "msg", take: (type: string, view: View) => void): void;
    parseBuffer(bytes: Uint8Array): void;
  }
  const { from, DITokens, scope } = await jspurefix();
  const { AsciiParser } = from("buffer/ascii/ascii-parser") as unknown as {
    AsciiParser: new (...needs: unknown[]) => Parser;
  };
  const made = scope();
  const need = (name: string) => made.sessionContainer.resolve(DITokens[name]);
  const parser = new AsciiParser(made, null, need("ParseBuffer"), need("maxMessageLen"));
  let read = 0;
  let last: unknown;
  parser.on("msg", (_, view) => {
    if (Number(view.checksum()) !== Number(view.getTyped(10))) throw new Error("checksum");
    const object = view.toObject();
    if (object.NoCollateralAmountChanges.length !== 2) throw new Error("jspurefix read something else");
    last = object;
    read++;
  });
  const bytes = Buffer.from(joined);
  parser.parseBuffer(bytes);
  if (read !== count) throw new Error(`jspurefix read ${read} of ${count}`);
  return { perCall: count, run: () => (parser.parseBuffer(bytes), last) };
}

/** The order; its prices are numbers there. */
export async function jspurefixEncode(): Promise<Work> {
  interface Transmitter {
    readonly encoder: { reset(): void; trim(): Uint8Array };
    encodeMessage(type: string, message: unknown): void;
  }
  const { from, scope } = await jspurefix();
  const { AsciiMsgTransmitter } = from("transport/ascii/ascii-msg-transmitter") as unknown as {
    AsciiMsgTransmitter: new (scope: Scope) => Transmitter;
  };
  const transmitter = new AsciiMsgTransmitter(scope());
  const one = () => {
    transmitter.encoder.reset();
    transmitter.encodeMessage("D", order);
    return transmitter.encoder.trim();
  };
  const text = new TextDecoder().decode(one());
  if (!text.includes("\x0144=0.55") || !text.includes("\x01526=5d0c")) {
    throw new Error(`jspurefix wrote ${text}`);
  }
  return { perCall: 1, run: one };
}

interface FixParser {
  parse(text: string): { checksumValid: boolean }[];
  createMessage(...fields: unknown[]): { encode(separator: string): string };
}
type Field = new (tag: number, value: unknown) => unknown;

function fixparser(): { parser: FixParser; Field: Field } {
  const module = load("fixparser/fixparser.js") as unknown as { default?: new () => FixParser; Field: Field };
  const Parser = module.default ?? module as unknown as new () => FixParser;
  return { parser: new Parser(), Field: module.Field };
}

/** A flat list of fields, its groups not told apart. */
export function fixparserDecode(parts: readonly Uint8Array[]): Work {
  const { parser } = fixparser();
  const texts = parts.map((part) => Buffer.from(part));
  let at = 0;
  return {
    perCall: 1,
    run: () => {
      const [message] = parser.parse((texts[at++ % texts.length] as Buffer).toString("latin1"));
      if (message?.checksumValid !== true) throw new Error("fixparser read something else");
      return message;
    },
  };
}

/** The order as a list of fields. */
export function fixparserEncode(fields: readonly (readonly [number, string])[]): Work {
  const { parser, Field } = fixparser();
  let sequence = 10_000;
  return {
    perCall: 1,
    run: () =>
      parser.createMessage(
        new Field(8, "FIXT.1.1"),
        new Field(35, "D"),
        new Field(34, sequence++),
        new Field(49, KEY_ID),
        new Field(52, SENDING_TIME),
        new Field(56, VENUE),
        ...fields.map(([tag, value]) => new Field(tag, value)),
      ).encode("\x01"),
  };
}
