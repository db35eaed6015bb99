/** A process that quotes is killed at any moment, and started again: no order is an orphan, none is there twice. */
import { assertEquals } from "@std/assert";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { QuoteWish } from "../../src/trading/quotes/mod.ts";
import { prepareScript } from "../support/run_script.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { ways } from "./support/quoting.ts";
import type { QuotingTask } from "./support/quoting_script.ts";
import { watchedExchange } from "./support/watched_exchange.ts";

const KILLS = 8;
const MAX_POSITION = 3_000;

const wishes: Readonly<Record<string, QuoteWish>> = {
  "EVENT-A": { bid: { price: "0.4000", count: "2.00" }, ask: { price: "0.6000", count: "3.00" } },
  "EVENT-B": { bid: [{ price: "0.3000", count: "1.00" }, { price: "0.2900", count: "4.00" }] },
};

for (const way of ways) {
  test(`${way}: a process that is killed leaves nothing that the next one does not find`, async () => {
    await using exchange = await watchedExchange();
    const { auth: _, keyId, privateKey, audit } = await exchange.account({ balance: "100000.00" });
    const tickers = ["EVENT-A", "EVENT-B"].map((ticker) => exchange.list(ticker));
    audit.check = () => {
      for (const ticker of tickers) {
        const position = audit.position(ticker);
        if (position + audit.count(ticker, "bid") > MAX_POSITION) return `${ticker} may become too long`;
        if (audit.count(ticker, "ask") - position > MAX_POSITION) return `${ticker} may become too short`;
      }
      return undefined;
    };
    const { host = "", port = 0 } = exchange.fixConfig();
    const { baseUrl, wsBaseUrl } = exchange.config();
    using script = await prepareScript("tests/trading/support/quoting_script.ts");
    const start = (task: Pick<QuotingTask, "mode" | "adoptMs">) => {
      const whole: QuotingTask = {
        ...{ way, baseUrl, wsBaseUrl, keyId, privateKey, fix: { host, port }, tickers, wishes },
        ...task,
      };
      const child: ChildProcess = spawn(script.command, [...script.args, JSON.stringify(whole)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let said = "";
      child.stdout?.on("data", (bytes: Uint8Array) => said += new TextDecoder().decode(bytes));
      return { child, ended: once(child, "exit"), says: () => said };
    };

    for (let kill = 0; kill < KILLS; kill++) {
      const { child, ended, says } = start({ mode: "forever", adoptMs: kill % 2 === 0 ? 0 : 5_000 });
      await until(() => says().includes("open") || child.exitCode !== null);
      const enough = audit.accepted + (kill % 3 === 0 ? 1 : 20 + Math.floor(Math.random() * 60));
      await until(() => {
        // Others trade with it meanwhile.
        const [first] = audit.resting.values();
        if (first !== undefined && Math.random() < 0.2) {
          exchange.counter(first.ticker, first.side === "bid" ? "ask" : "bid", first.price, 50);
          exchange.clearCounters();
        }
        return audit.accepted >= enough || child.exitCode !== null;
      });
      assertEquals(child.exitCode, null, "it ended by itself");
      child.kill("SIGKILL");
      await ended;
    }
    // One that takes over what rests, and one that cancels it first; both leave what is wished.
    for (const adoptMs of [5_000, 0]) {
      const { ended, says } = start({ mode: "leave", adoptMs });
      await ended;
      assertEquals(says().trim().split(/\s+/), ["open", "settled"]);
      assertEquals(audit.lines, [
        "EVENT-A ask 6000 300",
        "EVENT-A bid 4000 200",
        "EVENT-B bid 2900 400",
        "EVENT-B bid 3000 100",
      ]);
    }
    const { ended } = start({ mode: "stop", adoptMs: 0 });
    assertEquals((await ended)[0], 0);
    assertEquals([audit.lines, audit.faults], [[], []]);
  });
}
