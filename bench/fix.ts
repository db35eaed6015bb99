/**
 * One case of the FIX bench in a process of its own, for cases in one process spoil each other's compiled code:
 * `fix.ts CASE SECONDS`. Rates are messages per second of processor time.
 */
import process from "node:process";
import { decodeMessage, encodeMessage, type ReceivedMessage } from "../src/contract/fix/codec.ts";
import type { ExecutionReport, NewOrderSingle } from "../src/contract/fix/messages.ts";
import { FixFields } from "../src/contract/fix_fields.ts";
import { FixWriter, tagBytes } from "../src/contract/fix_writer.ts";
import { FixFramer } from "../src/fix/framer.ts";
import { integer, OrderWriter, Places, readReport, scan, timeOfDay } from "./fix_ceiling.ts";
import {
  fixparserDecode,
  fixparserEncode,
  jspurefixDecode,
  jspurefixEncode,
  type Work,
} from "./fix_engines.ts";
import {
  frameOf,
  KEY_ID,
  order,
  processorSeconds,
  report,
  reports,
  SENDING_TIME,
  SENDING_TIME_MS,
  VENUE,
} from "./fix_messages.ts";

const COUNT = 2000;
/** Bytes that a socket hands over at once. */
const READ = 16_384;
const SLICES = 5;
const WARM_SECONDS = 0.75;

function must(ok: boolean, what: string): void {
  if (!ok) throw new Error(what);
}

/** The fields of the order as text, by tag. */
const orderFields: readonly (readonly [number, string])[] = [
  [11, order.ClOrdID],
  [38, order.OrderQty],
  [40, order.OrdType],
  [44, order.Price],
  [54, order.Side],
  [55, order.Symbol],
  [59, "1"],
  [79, "3"],
  [526, order.SecondaryClOrdID ?? ""],
  [2964, "2"],
  [21006, "Y"],
];

/** Feeds the stream as a socket would, and hands over every frame. */
function readStream(take: (fields: FixFields) => void): Work {
  const { joined } = reports(COUNT);
  const fields = new FixFields();
  let read = 0;
  const run = () => {
    const framer = new FixFramer();
    for (let at = 0; at < joined.length; at += READ) {
      framer.push(joined.subarray(at, at + READ));
      while (framer.next(fields)) {
        take(fields);
        read++;
      }
    }
  };
  run();
  must(read === COUNT, `${read} of ${COUNT} frames read`);
  return { perCall: COUNT, run };
}

let last: unknown;

function typedDecode(): Work {
  const work = readStream((fields) => void (last = decodeMessage(fields)));
  const { header, extra, NoCollateralAmountChanges, ...rest } = last as ReceivedMessage & ExecutionReport;
  must(header.SenderCompID === VENUE && header.MsgSeqNum === 11_999 && extra === undefined, "wrong header");
  must(NoCollateralAmountChanges?.[1]?.CollateralAmountChange === "4.00", "wrong group");
  for (const [name, value] of Object.entries(report)) {
    if (!Array.isArray(value)) must(rest[name as keyof typeof rest] === value, `wrong ${name}`);
  }
  return work;
}

function sessionPath(): Work {
  const work = readStream((fields) => {
    fields.session();
    last = fields;
  });
  const { type, sequence, possDup, sendingTimeMs } = last as FixFields;
  must(type === "8" && sequence === 11_999 && !possDup && sendingTimeMs === SENDING_TIME_MS, "wrong header");
  return work;
}

function encode(): Work {
  const writer = new FixWriter({ beginString: "FIXT.1.1", SenderCompID: KEY_ID, TargetCompID: VENUE });
  let sequence = 10_000;
  const message: NewOrderSingle = { ...order };
  return {
    perCall: 1000,
    run: () => {
      for (let i = 0; i < 1000; i++) {
        const header = { MsgSeqNum: 10_000 + sequence++ % 80_000, sendingTimeMs: SENDING_TIME_MS + i };
        encodeMessage(writer, header, message);
      }
      return writer.end;
    },
  };
}

function ceilingStream(take: (bytes: Uint8Array, at: number, places: Places) => void): Work {
  const { joined } = reports(COUNT);
  const places = new Places();
  return {
    perCall: COUNT,
    run: () => {
      for (let at = 0; at < joined.length && scan(joined, at, joined.length, places); at = places.next) {
        take(joined, at, places);
      }
    },
  };
}

function ceilingEncode(): Work {
  const writer = new OrderWriter(KEY_ID, VENUE, SENDING_TIME.slice(0, 17));
  const fields = orderFields.map(([tag, value]) => [tagBytes(tag), value] as const);
  const start = writer.write(12_345, 595, fields);
  const written = new TextDecoder().decode(writer.bytes.subarray(start, writer.end));
  must(written === new TextDecoder().decode(frameOf(order, 12_345)), "the ceiling wrote something else");
  let sequence = 10_000;
  return {
    perCall: 1000,
    run: () => {
      for (let i = 0; i < 1000; i++) writer.write(10_000 + sequence++ % 80_000, i, fields);
      return writer.end;
    },
  };
}

const cases: Readonly<Record<string, () => Work | Promise<Work>>> = {
  "decode": typedDecode,
  "session": sessionPath,
  "encode": encode,
  "ceiling-decode": () => ceilingStream((bytes, at, places) => void (last = readReport(bytes, at, places))),
  "ceiling-session": () =>
    ceilingStream((bytes, at, { starts, ends }) => {
      last = integer(bytes, at + (starts[3] as number), at + (ends[3] as number)) +
        timeOfDay(bytes, at + (starts[4] as number));
    }),
  "ceiling-encode": ceilingEncode,
  "jspurefix-decode": () => jspurefixDecode(reports(1000).joined, 1000),
  "fixparser-decode": () => fixparserDecode(reports(1000).parts),
  "jspurefix-encode": jspurefixEncode,
  "fixparser-encode": () => fixparserEncode(orderFields),
};

/** Bytes of heap that are held by each of many messages, whole and of one field. */
function memory(): { whole: number; field: number } {
  const collect = (globalThis as { gc?: () => void; Bun?: { gc(force: boolean): void } }).gc ??
    (() => (globalThis as { Bun?: { gc(force: boolean): void } }).Bun?.gc(true));
  const used = () => {
    for (let i = 0; i < 3; i++) collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const held = (keep: (message: ExecutionReport) => unknown): number => {
    const messages: unknown[] = Array.from({ length: 20 * COUNT }, () => undefined);
    let at = 0;
    const work = readStream((fields) => {
      messages[at++] = keep(decodeMessage(fields) as ReceivedMessage & ExecutionReport);
    });
    at = 0;
    messages.fill(undefined);
    const before = used();
    for (let i = 0; i < 20; i++) work.run();
    const after = used();
    must(messages[messages.length - 1] !== undefined, "nothing is held");
    return (after - before) / messages.length;
  };
  return { whole: held((message) => message), field: held(({ ClOrdID }) => ClOrdID) };
}

async function rates(name: string, seconds: number): Promise<number[]> {
  const make = cases[name];
  if (make === undefined) throw new Error(`${name}: one of ${Object.keys(cases).join(", ")}, memory`);
  const { perCall, run } = await make();
  const slice = (least: number): number => {
    const began = processorSeconds();
    let messages = 0;
    for (;;) {
      // The clock of the processor costs as much as some messages do.
      for (let done = 0; done < 1000; done += perCall) {
        last = run();
        messages += perCall;
      }
      const spent = processorSeconds() - began;
      if (spent >= least) return messages / spent;
    }
  };
  slice(WARM_SECONDS);
  return Array.from({ length: SLICES }, () => slice(seconds / SLICES));
}

const [name = "", seconds = "0.75"] = process.argv.slice(2);
const result = name === "memory" ? memory() : await rates(name, Number(seconds));
console.log(`RESULT ${JSON.stringify(result)}`);
process.exit(0);
