/**
 * A server that fires WebSocket frames as fast as they are taken, or at a pace. It prints its port.
 *
 * `GET /fire?kind=trade|book&count=N` sends N frames to the open socket, `&rate=R` at R a second, each with its
 * time of sending in `msg.t` (milliseconds, Unix time with a fraction). `GET /cut` ends the connection.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import type { Duplex } from "node:stream";
import {
  acceptKey,
  encodeFrame,
  OPCODE,
  textOf,
  WireFrameReader,
} from "../src/local_exchange/gateways/ws/framing.ts";

const MARKETS = 100;
const tickers = Array.from({ length: MARKETS }, (_, n) => `KXBENCH-26NOV24-T${n}`);
/** Its book changes right before the first frame of a run, and right after the last. */
const MARK = "KXBENCH-26NOV24-MARK";
let marks = 0;
const ID = "9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1";

let socket: Duplex | undefined;
let sids = new Map<string, { readonly sid: number; seq: number }>();
let turn = 0;
/** The price of the one level that a book has, if it has one. */
const levels = new Map<string, string>();

const now = () => performance.timeOrigin + performance.now();
const send = (value: unknown) => socket?.write(encodeFrame(OPCODE.text, JSON.stringify(value)));

function trade(seq: number, sid: number): string {
  const market_ticker = tickers[turn++ % MARKETS];
  const msg = {
    trade_id: ID,
    market_ticker,
    yes_price_dollars: "0.3600",
    no_price_dollars: "0.6400",
    count_fp: "136.00",
    taker_side: "no",
    taker_outcome_side: "no",
    taker_book_side: "ask",
    is_block_trade: false,
    ts: 1_790_000_000,
    ts_ms: 1_790_000_000_000,
  };
  return JSON.stringify({ type: "trade", sid, seq, msg, sending_ts_ms: 1_790_000_000_000 });
}

function delta(seq: number, sid: number): string {
  const n = turn++;
  const round = Math.floor(n / MARKETS);
  const market_ticker = tickers[n % MARKETS] ?? "";
  const price_dollars = `0.${String(10 + (round >> 1) % 30).padStart(2, "0")}00`;
  if (round % 2 === 0) levels.set(market_ticker, price_dollars);
  else levels.delete(market_ticker);
  const msg = {
    market_ticker,
    market_id: ID,
    price_dollars,
    // Every level that is made is taken back the next time round.
    delta_fp: round % 2 === 0 ? "54.00" : "-54.00",
    side: "yes",
    ts: "2026-11-22T20:44:01Z",
    ts_ms: 1_790_000_000_000,
  };
  return JSON.stringify({ type: "orderbook_delta", sid, seq, msg, sending_ts_ms: 1_790_000_000_000 });
}

function mark(seq: number, sid: number): string {
  marks++;
  const msg = { market_ticker: MARK, market_id: ID, price_dollars: "0.1000", delta_fp: "1.00", side: "yes" };
  return JSON.stringify({ type: "orderbook_delta", sid, seq, msg });
}

function snapshots(wanted: readonly string[]): void {
  const state = sids.get("orderbook_delta");
  if (state === undefined) return;
  for (const market_ticker of wanted) {
    const level = levels.get(market_ticker);
    const side = market_ticker === MARK
      ? { yes_dollars_fp: marks === 0 ? [] : [["0.1000", `${marks}.00`]] }
      : level === undefined
      ? {}
      : { yes_dollars_fp: [[level, "54.00"]] };
    const msg = { market_ticker, market_id: ID, ...side };
    send({ type: "orderbook_snapshot", sid: state.sid, seq: ++state.seq, msg });
  }
}

function obey(text: string): void {
  const { id, cmd, params } = JSON.parse(text);
  if (cmd === "list_subscriptions") {
    return void send({ id, type: "ok", msg: [...sids].map(([channel, { sid }]) => ({ channel, sid })) });
  }
  if (cmd === "update_subscription") return snapshots(params.market_tickers);
  if (cmd === "unsubscribe") {
    for (const [channel, { sid }] of sids) if (params.sids.includes(sid)) sids.delete(channel);
    return void send({ id, type: "unsubscribed", msg: { sid: params.sids[0] } });
  }
  for (const channel of params.channels as string[]) {
    const sid = sids.size + 1;
    sids.set(channel, { sid, seq: 0 });
    send({ id, type: "subscribed", msg: { channel, sid } });
    if (channel === "orderbook_delta") snapshots([...tickers, MARK]);
  }
}

async function fire(kind: string, count: number, rate: number): Promise<void> {
  const state = sids.get(kind === "book" ? "orderbook_delta" : "trade");
  const target = socket;
  if (state === undefined || target === undefined) throw new Error(`nobody subscribed to ${kind}`);
  const make = kind === "book" ? delta : trade;
  const frame = () => encodeFrame(OPCODE.text, make(++state.seq, state.sid));
  if (rate > 0) {
    const begun = performance.now();
    for (let sent = 0; sent < count && !target.destroyed;) {
      const due = Math.min(count, Math.floor((performance.now() - begun) * rate / 1_000));
      for (; sent < due; sent++) {
        const text = make(++state.seq, state.sid).replace(/"ts_ms":\d+/, `"ts_ms":1,"t":${now()}`);
        target.write(encodeFrame(OPCODE.text, text));
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return;
  }
  // Made before the first one goes, so that making them is not what is measured.
  const chunks: Uint8Array[] = [];
  const marked = () => chunks.push(encodeFrame(OPCODE.text, mark(++state.seq, state.sid)));
  if (kind === "book") marked();
  for (let made = 0; made < count;) {
    const frames: Uint8Array[] = [];
    for (let n = 0; n < 200 && made < count; n++, made++) frames.push(frame());
    chunks.push(Buffer.concat(frames));
  }
  if (kind === "book") marked();
  for (const chunk of chunks) {
    if (!target.write(chunk)) await new Promise((resolve) => target.once("drain", resolve));
  }
}

const server = createServer((request, response) => {
  const { searchParams, pathname } = new URL(request.url ?? "/", "http://bench");
  if (pathname === "/cut") {
    socket?.destroy();
    return void response.end("cut");
  }
  fire(
    searchParams.get("kind") ?? "trade",
    Number(searchParams.get("count")),
    Number(searchParams.get("rate") ?? 0),
  )
    .then(() => response.end("done"), (error) => response.writeHead(500).end(String(error)));
});
server.on("upgrade", async (request, duplex: Duplex) => {
  const accept = await acceptKey(String(request.headers["sec-websocket-key"]));
  duplex.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket = duplex;
  sids = new Map();
  levels.clear();
  turn = 0;
  const reader = new WireFrameReader(1 << 20);
  duplex.on("error", () => {});
  duplex.on("data", (bytes: Uint8Array) => {
    for (const { opcode, payload } of reader.push(bytes)) {
      if (opcode === OPCODE.text) obey(textOf(payload));
      else if (opcode === OPCODE.ping) duplex.write(encodeFrame(OPCODE.pong, payload));
      else if (opcode === OPCODE.close) duplex.end(encodeFrame(OPCODE.close, payload));
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
process.stdin.on("end", () => process.exit(0)).resume();
