/**
 * The trader of `fix_chaos.ts`: places its orders over KalshiRT, fifty at a time, and writes down what it must not
 * forget, for it is killed at any moment. Started again, it reads what it knows and places what is left.
 * `fix_trader.ts FOLDER PLACE`, where PLACE is JSON.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { FileFixStore, FixClient, KalshiFixOrderRejectError, Side } from "../src/fix/mod.ts";
import { KalshiError } from "../src/base/errors.ts";

const [folder = "", place = ""] = process.argv.slice(2);
const { keyId, privateKey, config, symbol, orders } = JSON.parse(place);
const journal = `${folder}/journal`;
const BATCH = 50;

/** What is known of each order: whether a report of it came, or that it never arrived. */
const reported = new Set<string>();
const lines = existsSync(journal) ? readFileSync(journal, "utf8").split("\n") : [];
for (const line of lines) if (line.startsWith("report ")) reported.add(line.split(" ")[2] ?? "");

const client = await FixClient.connect({
  keyId,
  privateKey,
  config,
  store: new FileFixStore({ path: `${folder}/store` }),
  // Before the store counts it: what is killed between the two hears it once more, under the same number.
  onMessage: (message) => {
    if (message.MsgType !== "8") return;
    const { header, ClOrdID, ExecID, ExecType } = message as unknown as Record<string, string> & {
      readonly header: { readonly MsgSeqNum: number };
    };
    appendFileSync(journal, `report ${header.MsgSeqNum} ${ClOrdID} ${ExecID} ${ExecType}\n`);
    reported.add(ClOrdID ?? "");
  },
  onEvent: (event) => {
    if (event.type === "never-arrived") appendFileSync(journal, `never ${event.ClOrdID}\n`);
  },
});
console.log("trading");

// Logged on, everything is known of what an earlier life sent: its reports came, or it never arrived.
for (;;) {
  const left = Array.from({ length: orders }, (_, index) => `o${index}`).filter((id) => !reported.has(id));
  if (left.length === 0) break;
  for (let at = 0; at < left.length; at += BATCH) {
    await Promise.all(left.slice(at, at + BATCH).map(placeOnce));
  }
}
await client.close();
console.log("done");

/** What has no report is tried again in the next round, once it is certain that there is no such order. */
async function placeOnce(ClOrdID: string): Promise<void> {
  try {
    await client.newOrderSingle({ Symbol: symbol, Side: Side.Buy, OrderQty: "1", Price: "50", ClOrdID });
  } catch (error) {
    if (error instanceof KalshiFixOrderRejectError || !(error instanceof KalshiError)) throw error;
    if (error.outcome !== "not-sent") throw error;
    // The session connects again by itself.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
