import { assert, assertEquals } from "@std/assert";
import { test } from "../support/test.ts";
import { chaos, FAULTS } from "./support/chaos.ts";
import { streamProducts } from "./support/products.ts";

// Fifty seeds of each product, in tens. `deno task chaos` runs it long.
const runs = streamProducts.flatMap((product) => [1, 11, 21, 31, 41].map((first) => ({ product, first })));
for (const { product, first } of runs) {
  test(`chaos: ${product.name}, seeds ${first} to ${first + 9}`, { timeoutMs: 600_000 }, async () => {
    const seen = new Set<string>();
    for (let seed = first; seed < first + 10; seed++) {
      const { checks, fills, faults } = await chaos({ product, seed, markets: 20, flowMs: 6_000, rounds: 1 });
      assert(checks > 0 && fills > 0, `seed ${seed} checked ${checks} books and saw ${fills} fills`);
      for (const fault of Object.keys(faults)) seen.add(fault);
    }
    assertEquals([...seen].sort(), [...FAULTS].sort(), "every fault has happened");
  });
}
