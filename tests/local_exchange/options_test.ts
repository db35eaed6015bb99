import { assertRejects, assertThrows } from "@std/assert";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { test } from "../support/test.ts";

const wrong: Readonly<Record<string, readonly unknown[]>> = {
  seed: ["1", 1.5, NaN],
  clock: [{}, null, 0],
  markets: [-1, "10", 2.5],
  marketMakers: ["yes", 1],
  stepMs: [0, -1, "100"],
  shards: [1],
  rateLimits: ["true"],
  errorBodies: ["round"],
  cors: ["*", {}, [1]],
  onInternalError: ["log", {}],
};

test("an exchange refuses options that it does not have, and those of the wrong type", async () => {
  assertThrows(() => LocalExchange.create({ sead: 1 } as never), KalshiConfigError, "Did you mean seed?");
  assertThrows(() => LocalExchange.create({ port: 0 } as never), KalshiConfigError, "port");
  assertThrows(() => LocalExchange.create(null as never), KalshiConfigError, "object of options");
  await assertRejects(
    () => LocalExchange.start({ prt: 0 } as never),
    KalshiConfigError,
    'LocalExchange has no option "prt". Did you mean port?',
  );
  for (const [name, values] of Object.entries({ ...wrong, port: ["0", -1, 65_536], hostname: [1, ""] })) {
    for (const value of values) {
      const options = { [name]: value };
      await assertRejects(() => LocalExchange.start(options), KalshiConfigError, `\`${name}\` takes`);
      if (name in wrong) {
        assertThrows(() => LocalExchange.create(options), KalshiConfigError, `\`${name}\` takes`);
      }
    }
  }
});

test("an account refuses options that it does not have, and those of the wrong type", async () => {
  const exchange = LocalExchange.create({ markets: 0 });
  const create = (options: unknown) => exchange.createAccount(options as never);
  await assertRejects(() => create({ balanc: "1.00" }), KalshiConfigError, "Did you mean balance?");
  await assertRejects(
    () => create({ balance: 1000 }),
    KalshiConfigError,
    'createAccount: `balance` takes dollars as a string such as "1000.00"; got the number 1000.',
  );
  const bad = {
    balance: ["", "-1.00", "1,000", null],
    keyType: ["dsa"],
    balancePrecision: [0.01],
    usageTier: ["vip"],
  };
  for (const [name, values] of Object.entries(bad)) {
    for (const value of values) {
      await assertRejects(() => create({ [name]: value }), KalshiConfigError, `\`${name}\` takes`);
    }
  }
  await create({ balance: "0.00", keyType: undefined });
});
