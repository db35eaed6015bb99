import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiValueError } from "../../src/base/errors.ts";
import {
  formatPrice,
  isOnGrid,
  nextTick,
  previousTick,
  type PriceGrid,
  priceGrid,
  snapDown,
  snapNearest,
  snapUp,
} from "../../src/base/fixed_point.ts";
import { test } from "../support/test.ts";

type Range = { start: string; end: string; step: string };

function tapered(center: string, edge: string, low = "0.1000", high = "0.9000"): Range[] {
  return [
    { start: "0.0000", end: low, step: edge },
    { start: low, end: high, step: center },
    { start: high, end: "1.0000", step: edge },
  ];
}
function uniform(step: string): Range[] {
  return [{ start: "0.0000", end: "1.0000", step }];
}

/** The structures that Kalshi documents, with the number of prices of each. */
const documented: Record<string, { ranges: Range[]; prices: number }> = {
  linear_cent: { ranges: uniform("0.0100"), prices: 101 },
  deci_cent: { ranges: uniform("0.0010"), prices: 1001 },
  tapered_deci_cent: { ranges: tapered("0.0100", "0.0010"), prices: 100 + 81 + 100 },
  center_whole_edge_half_cent: { ranges: tapered("0.0100", "0.0050"), prices: 20 + 81 + 20 },
  center_whole_edge_quint_cent: { ranges: tapered("0.0100", "0.0020"), prices: 50 + 81 + 50 },
  center_half_edge_half_cent: { ranges: uniform("0.0050"), prices: 201 },
  center_half_edge_quint_cent: { ranges: tapered("0.0050", "0.0020"), prices: 50 + 161 + 50 },
  center_half_edge_deci_cent: { ranges: tapered("0.0050", "0.0010"), prices: 100 + 161 + 100 },
  center_quint_edge_quint_cent: { ranges: uniform("0.0020"), prices: 501 },
  center_quint_edge_deci_cent: { ranges: tapered("0.0020", "0.0010"), prices: 100 + 401 + 100 },
  center_centi_edge_centi_cent: { ranges: uniform("0.0001"), prices: 10_001 },
  center_deci_edge_centi_cent: {
    ranges: tapered("0.0010", "0.0001", "0.0100", "0.9900"),
    prices: 100 + 981 + 100,
  },
};

/** Every price of the ranges, the slow way. */
function allPrices(ranges: readonly Range[]): number[] {
  const units = (text: string) => Number(BigInt(text.replace(".", "")));
  const prices = new Set<number>();
  for (const { start, end, step } of ranges) {
    for (let price = units(start); price <= units(end); price += units(step)) prices.add(price);
  }
  return [...prices].sort((a, b) => a - b);
}

function check(grid: PriceGrid, prices: readonly number[], price: number): void {
  const below = prices.findLast((candidate) => candidate <= price);
  const above = prices.find((candidate) => candidate >= price);
  assertEquals(snapDown(grid, price), below);
  assertEquals(snapUp(grid, price), above);
  assertEquals(isOnGrid(grid, price), prices.includes(price));
  assertEquals(nextTick(grid, price), prices.find((candidate) => candidate > price));
  assertEquals(previousTick(grid, price), prices.findLast((candidate) => candidate < price));
  const nearest = snapNearest(grid, price);
  assert(prices.includes(nearest));
  const distance = Math.min(...prices.map((candidate) => Math.abs(candidate - price)));
  assertEquals(Math.abs(nearest - price), distance);
  assertEquals(
    nearest,
    prices.find((candidate) => Math.abs(candidate - price) === distance),
    "the lower of two",
  );
}

test("every documented structure: each ten-thousandth snaps as a search through all prices says", () => {
  for (const [name, { ranges, prices: total }] of Object.entries(documented)) {
    const grid = priceGrid(ranges);
    const prices = allPrices(ranges);
    assertEquals([prices.length, grid.lowest, grid.highest], [total, 0, 10_000], name);
    for (let price = -3; price <= 10_003; price += total > 1000 ? 37 : 7) check(grid, prices, price);
    for (const edge of [0, 100, 1000, 9000, 9900, 10_000]) {
      for (let price = edge - 11; price <= edge + 11; price++) check(grid, prices, price);
    }
    for (let cent = 0; cent <= 100; cent++) {
      assert(isOnGrid(grid, cent * 100), `${name}: whole cents are valid`);
    }
  }
});

test("any ranges: overlapping, with gaps, out of order, with a step that misses their end", () => {
  const range = fc.record({
    start: fc.nat(400),
    length: fc.nat(200),
    step: fc.integer({ min: 1, max: 60 }),
  }).map(({ start, length, step }) => ({
    start: formatPrice(start),
    end: formatPrice(start + length),
    step: formatPrice(step),
  }));
  fc.assert(
    fc.property(
      fc.array(range, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: -20, max: 650 }),
      (ranges, price) => {
        const grid = priceGrid(ranges);
        const prices = allPrices(ranges);
        assertEquals([grid.lowest, grid.highest], [prices[0], prices.at(-1)]);
        check(grid, prices, price);
      },
    ),
    { numRuns: 500 },
  );
});

test("stepping visits every price once, up and down", () => {
  for (const { ranges } of Object.values(documented)) {
    const grid = priceGrid(ranges);
    const prices = allPrices(ranges);
    const walk = (from: number, step: typeof nextTick) => {
      const visited: number[] = [];
      for (let price: number | undefined = from; price !== undefined; price = step(grid, price)) {
        visited.push(price);
      }
      return visited;
    };
    assertEquals(walk(grid.lowest, nextTick), prices);
    assertEquals(walk(grid.highest, previousTick).reverse(), prices);
  }
});

test("a grid is read from the wire's strings, frozen, and refused where it makes no sense", () => {
  const grid = priceGrid(tapered("0.0100", "0.0010"));
  assertEquals(grid.bands[0], { start: 0, end: 1000, step: 10 });
  assert(Object.isFrozen(grid) && Object.isFrozen(grid.bands) && Object.isFrozen(grid.bands[0]));
  assertThrows(() => priceGrid([]), KalshiValueError, "price_ranges");
  const wrong: Range[] = [
    { start: "0.5000", end: "0.4000", step: "0.0100" },
    { start: "0.0000", end: "1.0000", step: "0.0000" },
    { start: "0.0000", end: "1.0000", step: "-0.0100" },
    { start: "-0.1000", end: "1.0000", step: "0.0100" },
    { start: "0.0000", end: "1.0000", step: "0.00001" },
    { start: "0.0000", end: "1.0000", step: "1e-2" },
    { start: "", end: "1.0000", step: "0.0100" },
  ];
  for (const range of wrong) assertThrows(() => priceGrid([range]), KalshiValueError, undefined, range.step);
});

test("a price that is no integer of ten-thousandths is refused, not rounded", () => {
  const grid = priceGrid(uniform("0.0100"));
  for (const price of [0.57, 5700.5, Number.NaN, Infinity, "5700", null, undefined]) {
    for (const read of [snapDown, snapUp, snapNearest, isOnGrid, nextTick, previousTick]) {
      assertThrows(() => read(grid, price as number), KalshiValueError, undefined, `${read.name} ${price}`);
    }
  }
});
