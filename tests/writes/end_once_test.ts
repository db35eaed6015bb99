/** What ends a thing or takes it a step on: a refusal that may be the answer to its repetition is no `rejected`. */
import { assert, assertEquals } from "@std/assert";
import { KalshiError } from "../../src/base/errors.ts";
import { products } from "../rest/products.ts";
import { test } from "../support/test.ts";

/** Those whose answer speaks of each item, or that end nothing in particular. */
const others = /orders\.(batchCancel|cancelAll)$/;
const isStep = (method: string) => /\.(accept|confirm)/.test(method);

for (const product of products) {
  const ending = product.calls
    .filter(([method, { method: verb }]) => (verb === "DELETE" || isStep(method)) && !others.test(method))
    .map(([method]) => method);

  test(`${product.name}: ${ending.join(", ")}: gone or done is not refused for certain`, async () => {
    const outcomeOf = async (method: string, status: number, code: string): Promise<string> => {
      const { client } = product.recordingClient(() => Response.json({ code }, { status }));
      const error = await Promise.resolve(product.callSampled(client, method, "least"))
        .catch((error: unknown) => error);
      assert(error instanceof KalshiError, method);
      return error.outcome;
    };
    assert(ending.length > 1);
    for (const method of ending) {
      assertEquals(await outcomeOf(method, 404, "not_found"), "unknown", method);
      assertEquals(await outcomeOf(method, 400, "invalid_parameters"), "rejected", method);
      assertEquals(await outcomeOf(method, 403, "permission_denied"), "rejected", method);
      if (!isStep(method)) continue;
      assertEquals(await outcomeOf(method, 409, "quote_already_accepted"), "unknown", method);
      assertEquals(await outcomeOf(method, 400, "RFQ_CLOSED"), "unknown", method);
    }
  });
}
