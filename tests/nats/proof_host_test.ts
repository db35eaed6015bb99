/** Three readers behind gateways, and everything that can go wrong between them and the exchange. */
import { assert } from "@std/assert";
import { natsChaos } from "./support/nats_chaos.ts";
import { natsTest } from "./support/server.ts";

natsTest(
  "whatever is killed or stands still, every live book is the exchange's, and each reader has each fill once",
  async () => {
    const { checks, fills, frames } = await natsChaos({
      seed: 11,
      markets: 24,
      faults: ["gateway", "reader", "server", "upstream"],
      steps: 60,
      pauseSteps: 30,
      stepMs: 0,
    });
    assert(
      checks === 4 * 3 * 24 && fills > 30 && frames > 1_000,
      `${checks} checks, ${fills} fills, ${frames} frames`,
    );
  },
);
