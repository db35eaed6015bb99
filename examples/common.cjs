/**
 * A CommonJS script. The package is an ES module, which `import()` loads on every Node, and `require` from 20.19 and
 * 22.12 on.
 *
 *     node --env-file=.env examples/common.cjs
 */
"use strict";

const process = require("node:process");

async function main() {
  const { KalshiClient } = await import("@unofficial/kalshi");
  const client = await KalshiClient.fromEnv();
  try {
    const { items } = await client.markets.list({ status: "open", limit: 5 });
    for (const { ticker, yes_bid_dollars, yes_ask_dollars } of items) {
      console.log(ticker, yes_bid_dollars, yes_ask_dollars);
    }
  } finally {
    await client.close();
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
