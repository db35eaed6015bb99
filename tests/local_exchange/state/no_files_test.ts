import { assertThrows } from "@std/assert";
import { KalshiConfigError } from "../../../src/base/errors.ts";
import { LocalExchange } from "../../../src/local_exchange/mod.ts";
import { test } from "../../support/test.ts";

test("where no files are kept, a state is refused by name", { on: ["workers"] }, () => {
  assertThrows(
    () => LocalExchange.create({ state: "./exchange.state" }),
    KalshiConfigError,
    "`state` needs a runtime",
  );
});
