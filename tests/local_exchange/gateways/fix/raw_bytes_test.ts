/** What comes over the wire byte by byte: Logons as others write them, and what is no Logon. */
import { assert, assertEquals } from "@std/assert";
import type { KalshiAuth } from "../../../../src/auth/mod.ts";
import { decodeMessage } from "../../../../src/contract/fix/codec.ts";
import { FixFields } from "../../../../src/contract/fix_fields.ts";
import { FixFramer } from "../../../../src/fix/framer.ts";
import { utcTimestamp } from "../../../../src/fix/times.ts";
import { LocalExchange } from "../../../../src/local_exchange/mod.ts";
import { createRandom } from "../../../../src/local_exchange/random.ts";
import type { ByteStream } from "../../../../src/runtime/types.ts";
import { ManualClock } from "../../../../src/testing/manual_clock.ts";
import { test } from "../../../support/test.ts";
import { until } from "../../../support/until.ts";
import type { Seen } from "./support/fix_client.ts";

const encoder = new TextEncoder();

/** A frame of fields that are written with `|` for SOH, with a right length and checksum. */
function frame(body: string, beginString = "FIXT.1.1"): Uint8Array {
  const fields = body.replaceAll("|", "\x01");
  const head = `8=${beginString}\x019=${encoder.encode(fields).length}\x01${fields}`;
  let sum = 0;
  for (const byte of encoder.encode(head)) sum += byte;
  return encoder.encode(`${head}10=${String(sum % 256).padStart(3, "0")}\x01`);
}

/** The far end of a connection: what it sent, and whether it is closed. */
class Raw {
  readonly seen: Seen[] = [];
  isClosed = false;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(stream: ByteStream) {
    this.#writer = stream.writable.getWriter();
    void this.#read(stream.readable.getReader());
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const framer = new FixFramer();
    const fields = new FixFields();
    for (;;) {
      const { value, done } = await reader.read().catch(() => ({ value: undefined, done: true as const }));
      if (done) break;
      framer.push(value);
      while (framer.next(fields)) {
        fields.session();
        this.seen.push(decodeMessage(fields) as unknown as Seen);
      }
    }
    this.isClosed = true;
  }

  send(bytes: Uint8Array): void {
    this.#writer.write(bytes).catch(() => {});
  }

  async answer(): Promise<Seen> {
    await until(() => this.seen.length > 0);
    return this.seen.shift() as Seen;
  }

  close(): void {
    this.#writer.close().catch(() => {});
  }
}

async function setUp(onInternalError?: (error: unknown) => void) {
  const clock = new ManualClock();
  const options = { clock, markets: 0, marketMakers: false, fix: { onlineMs: 0 }, onInternalError };
  const exchange = LocalExchange.create(options);
  const account = await exchange.createAccount();
  exchange.listMarket({ ticker: "M" });
  const { host, port } = exchange.fixConfig("order-entry");
  const runtime = exchange.createRuntime();
  const connect = async () => new Raw(await runtime.connectTcp({ hostname: host, port, tls: false }));
  return { clock, exchange, account, connect };
}

/** A Logon's fields; `more` stands where its RawData would, with `SIG` for the signature. */
async function logon(
  auth: KalshiAuth,
  clock: ManualClock,
  more: string,
  { sequence = 1, target = "KalshiNR", header = "" } = {},
): Promise<Uint8Array> {
  const time = utcTimestamp(clock.now());
  const signature = await auth.sign([time, "A", sequence, auth.keyId, target].join("\x01"));
  const ids = `49=${auth.keyId}|56=${target}|34=${sequence}|52=${time}|${header}`;
  const raw = more.replace("LEN", String(signature.length)).replace("SIG", signature);
  return frame(`35=A|${ids}98=0|${raw}108=30|1137=9|141=Y|`);
}

test("a Logon is taken with RawDataLength and without, whole and byte by byte", async () => {
  const { clock, exchange, account, connect } = await setUp();
  await using _ = exchange;
  for (const more of ["95=LEN|96=SIG|", "96=SIG|"]) {
    for (const size of [1_000, 1]) {
      const raw = await connect();
      const bytes = await logon(account.auth, clock, more);
      for (let at = 0; at < bytes.length; at += size) raw.send(bytes.slice(at, at + size));
      const { MsgType, header } = await raw.answer();
      assertEquals([MsgType, header.MsgSeqNum, header.SenderCompID], ["A", 1, "KalshiNR"]);
      raw.close();
      await until(() => exchange.fix.open === 0);
    }
  }
});

test("what follows a Logon at once is not lost", async () => {
  const { clock, exchange, account, connect } = await setUp();
  await using _ = exchange;
  const raw = await connect();
  const first = await logon(account.auth, clock, "96=SIG|");
  const time = utcTimestamp(clock.now());
  const ids = (sequence: number) => `49=${account.keyId}|56=KalshiNR|34=${sequence}|52=${time}|`;
  const second = frame(`35=D|${ids(2)}11=a|38=10|40=2|44=50.9|54=1|55=M|`);
  raw.send(new Uint8Array([...first, ...second]));
  raw.send(frame(`35=1|${ids(3)}112=there?|`));
  await until(() => raw.seen.length === 4);
  assertEquals(
    raw.seen.map(({ MsgType, ExecType, Price, TestReqID }) => [MsgType, ExecType, Price, TestReqID]),
    [
      ["A", undefined, undefined, undefined],
      ["8", "A", "50.9", undefined],
      ["8", "0", "50", undefined],
      ["0", undefined, undefined, "there?"],
    ],
  );
  raw.close();
});

test("a Logon that is wrong is answered, and one that is none is not", async () => {
  const { clock, exchange, account, connect } = await setUp();
  await using _ = exchange;
  const { auth, keyId } = account;
  const ids = `49=${keyId}|56=KalshiNR|34=1|52=${utcTimestamp(clock.now())}|`;
  const answered: [Uint8Array, unknown[]][] = [
    [await logon(auth, clock, "96=SIG|9999=1|"), ["3", "Undefined tag received", 9_999, 3]],
    [await logon(auth, clock, ""), ["3", "Required tag missing", 96, 1]],
    [
      await logon(auth, clock, "96=SIG|", { header: "50=me|" }),
      ["5", "SenderSubID(50) does not belong on a Logon", undefined, undefined],
    ],
    [
      await logon(auth, clock, "96=SIG|", { target: "KalshiXX" }),
      ["5", "unknown TargetCompID", undefined, undefined],
    ],
  ];
  for (const [bytes, [type, text, tag, reason]] of answered) {
    const raw = await connect();
    raw.send(bytes);
    const { MsgType, Text, RefTagID, SessionRejectReason } = await raw.answer();
    assertEquals([MsgType, Text, RefTagID, SessionRejectReason], [type, text, tag, reason]);
    await until(() => raw.isClosed);
  }
  const silent: Uint8Array[] = [
    frame(`35=D|${ids}11=a|38=10|40=2|44=50|54=1|55=M|`),
    frame(`35=A|${ids}98=0|96=x|108=30|1137=9|`, "FIX.4.4"),
    encoder.encode("GET / HTTP/1.1\r\n\r\n"),
    encoder.encode("8=FIXT.1.1\x019=5\x0135=A\x0110=000\x01"),
  ];
  for (const bytes of silent) {
    const raw = await connect();
    raw.send(bytes);
    await until(() => raw.isClosed);
    assertEquals(raw.seen, []);
  }
  const quiet = await connect();
  await clock.advance(9_999);
  assertEquals(quiet.isClosed, false);
  await clock.advance(1);
  await until(() => quiet.isClosed);
});

test("bytes that were changed anywhere bring neither a crash nor a Logon", async () => {
  const { clock, exchange, account, connect } = await setUp();
  await using _ = exchange;
  const bytes = await logon(account.auth, clock, "95=LEN|96=SIG|");
  for (let at = 0; at < bytes.length; at += 3) {
    const raw = await connect();
    raw.send(bytes.map((byte, place) => place === at ? byte ^ 2 : byte));
    await clock.advance(10_000);
    await until(() => raw.isClosed);
    assert(raw.seen.every(({ MsgType }) => MsgType !== "A"));
  }
  assertEquals(exchange.fix.open, 0);
});

test("orders with values that were changed anywhere are answered, and never by a failure of the exchange", async () => {
  const failures: unknown[] = [];
  const { clock, exchange, account, connect } = await setUp((error) => failures.push(error));
  await using _ = exchange;
  const random = createRandom(3);
  const raw = await connect();
  raw.send(await logon(account.auth, clock, "96=SIG|"));
  assertEquals((await raw.answer()).MsgType, "A");
  const time = utcTimestamp(clock.now());
  const later = "20991231-23:59:59.000";
  const bodies = [
    `35=D|IDS11=a|38=10|40=2|44=50|54=1|55=M|59=6|126=${later}|79=0|18=6|`,
    `35=G|IDS11=b|41=a|38=9|40=2|44=51|54=1|55=M|59=6|126=${later}|`,
    "35=F|IDS11=c|41=b|54=1|55=M|37=x|",
    "35=UOG|IDS20131=1|20132=50|79=0|100=0|",
    "35=q|IDS11=all|530=6|",
  ];
  const rounds = 400;
  for (let n = 0; n < rounds; n++) {
    const ids = `49=${account.keyId}|56=KalshiNR|34=${n + 2}|52=${time}|`;
    const [head = "", tail = ""] = (bodies[n % bodies.length] ?? "").split("IDS");
    const at = random.int(tail.length);
    // The separators stay: what is between them is what is judged.
    const changed = /[|=]/.test(tail[at] ?? "") || n % 7 === 0
      ? tail
      : tail.slice(0, at) + "0123456789.-:YNx"[random.int(16)] + tail.slice(at + 1);
    raw.send(frame(`${head}${ids}${changed}`));
    await clock.advance(0);
    // Each is answered at once, or what is wrong with it ends nothing.
    assertEquals([raw.isClosed, exchange.fix.open], [false, 1], changed);
  }
  await until(() => raw.seen.length >= rounds);
  assertEquals(failures, []);
  raw.close();
});

test("a deadline that is no time is refused", async () => {
  const { clock, exchange, account, connect } = await setUp();
  await using _ = exchange;
  const raw = await connect();
  raw.send(await logon(account.auth, clock, "96=SIG|"));
  assertEquals((await raw.answer()).MsgType, "A");
  const ids = `49=${account.keyId}|56=KalshiNR|34=2|52=${utcTimestamp(clock.now())}|`;
  raw.send(frame(`35=D|${ids}11=a|38=10|40=2|44=50|54=1|55=M|59=6|126=20991231-23:59:60|`));
  const { ExecType, Text } = await raw.answer();
  assertEquals([ExecType, Text], ["8", "INVALID_ORDER"]);
  raw.close();
});
