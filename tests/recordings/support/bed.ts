/** A local exchange behind real sockets, a stream of it, and a folder for its recording. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { KalshiAuth, type KalshiClient } from "../../../mod.ts";
import { type LocalAccount, LocalExchange } from "../../../src/local_exchange/mod.ts";
import { BookReplay } from "../../../src/books/mod.ts";
import {
  openRecording,
  type ReadOptions,
  type RecordedItem,
  Recorder,
  type RecorderOptions,
} from "../../../src/recordings/mod.ts";
import type { KalshiStream, StreamOptions } from "../../../src/stream/mod.ts";
import { assertEquals } from "@std/assert";
import { eventStreams, type StreamsOfProduct, type TestTrader } from "../../stream/support/products.ts";
import { until } from "../../support/until.ts";

/** A folder that is gone afterwards. */
export class Folder implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "kalshi-recording-"));

  /** The files of recordings in it, in order. */
  get names(): string[] {
    return readdirSync(this.path).filter((name) => name.endsWith(".gz")).sort();
  }

  /** The lines of all files, as any tool that knows gzip reads them. */
  get lines(): string[] {
    return this.names.flatMap((name) => linesOf(readFileSync(join(this.path, name))));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export const linesOf = (bytes: Uint8Array): string[] =>
  gunzipSync(bytes).toString("utf8").split("\n").slice(0, -1);

export interface Bed extends AsyncDisposable {
  readonly exchange: LocalExchange;
  readonly account: LocalAccount;
  readonly product: StreamsOfProduct;
  readonly client: KalshiClient;
  readonly trader: TestTrader;
  readonly stream: KalshiStream;
  readonly folder: Folder;
  readonly tickers: readonly string[];
  /** What the stream's `onError` was told. */
  readonly errors: unknown[];
  /** What was signed so far. */
  readonly signatures: readonly string[];
  /** Lets the makers move until something has happened. */
  stepUntil(condition: () => boolean): Promise<void>;
  /** Starts a recorder of the books and trades of `tickers`. */
  record(options?: Partial<RecorderOptions>): Promise<Recorder>;
}

/** Starts one, in whose first markets somebody quotes. */
export async function startBed(
  options: Partial<StreamOptions> = {},
  product: StreamsOfProduct = eventStreams,
): Promise<Bed> {
  const isPerps = product.name === "perps";
  const exchange = await LocalExchange.start({ port: 0, seed: 5, marketMakers: true, perps: isPerps });
  const account = await exchange.createAccount({ balance: "100000.00" });
  const config = product.configOf(exchange, {
    retryBaseDelayMs: 1,
    retryMaxDelayMs: 5,
    wsPingIntervalMs: 100_000_000,
  });
  const signatures: string[] = [];
  const auth = KalshiAuth.fromSigner({
    keyId: account.keyId,
    async sign(text) {
      const signature = await account.auth.sign(text);
      signatures.push(signature);
      return signature;
    },
  });
  const trader = product.trader({ auth }, config);
  const client = trader.client as KalshiClient;
  const errors: unknown[] = [];
  const stream = await client.stream({ onError: (error) => errors.push(error), ...options });
  const folder = new Folder();
  const tickers = (isPerps ? exchange.perps.tickers() : exchange.openTickers()).slice(0, 5);
  return {
    exchange,
    account,
    product,
    client,
    trader,
    stream,
    folder,
    tickers,
    errors,
    signatures,
    stepUntil: (condition) =>
      until(() => {
        const isDone = condition();
        if (!isDone) product.step(exchange);
        return isDone;
      }),
    record: (more = {}) =>
      Recorder.start({
        stream,
        dir: folder.path,
        channels: ["orderbook_delta", "trade"],
        tickers,
        flushMs: 5,
        ...more,
      }),
    async [Symbol.asyncDispose]() {
      await client.close();
      await exchange.close();
      folder[Symbol.dispose]();
    },
  };
}

/** Everything in a recording. */
export async function readAll(dir: string, options: ReadOptions = {}): Promise<RecordedItem[]> {
  const items: RecordedItem[] = [];
  for await (const item of (await openRecording(dir)).read(options)) items.push(item);
  return items;
}

/** Those of one kind. */
export function ofKind<K extends RecordedItem["kind"]>(
  items: readonly RecordedItem[],
  kind: K,
): Extract<RecordedItem, { kind: K }>[] {
  return items.filter((item): item is Extract<RecordedItem, { kind: K }> => item.kind === kind);
}

/** The books that a recording ends with. */
export async function replayed(dir: string, { books } = eventStreams): Promise<BookReplay> {
  const replay = new BookReplay({ decoder: books.decoder });
  await (await openRecording(dir)).replayInto(replay);
  return replay;
}

/** Checks that every book of a replay is live, and equals the exchange's own. */
export async function assertBooks(bed: Bed, replay: BookReplay): Promise<void> {
  assertEquals([...replay.books.keys()].sort(), [...bed.tickers].sort());
  for (const [ticker, book] of replay.books) {
    assertEquals([ticker, book.state], [ticker, "live"]);
    const { product: { books, levelsOf }, trader } = bed;
    assertEquals(levelsOf(books.toRest(book.read())), await trader.restBook(ticker));
  }
}

/** Lets something happen, and waits for all that was sent. */
export async function settled(bed: Bed, recorder: Recorder): Promise<void> {
  const { frames } = recorder.stats();
  await bed.stepUntil(() => recorder.stats().frames > frames + 20);
  let seen = -1;
  // A frame of no channel comes after all of those, and is one itself.
  while (seen !== recorder.stats().frames) {
    seen = recorder.stats().frames + 1;
    const marks = bed.stream.stats().unknown;
    bed.product.local.sockets(bed.exchange).send('{"type":"mark","msg":{}}');
    await until(() => bed.stream.stats().unknown > marks);
  }
}
