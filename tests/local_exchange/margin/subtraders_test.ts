import { assert, assertEquals } from "@std/assert";
import { test } from "../../support/test.ts";
import { addMember, newMargin } from "../support/margin.ts";

test("a merchant's subtraders have caps for all markets, for one, and for an asset class, each by itself", () => {
  const margin = newMargin();
  const { subtraders } = margin;
  const ann = addMember(margin, "ann", 1);
  const first = subtraders.create(ann, "A1", true);
  const second = subtraders.create(ann, "B2", false);
  assert(first !== undefined && second !== undefined);
  assertEquals([first.id, subtraders.create(ann, "A1", false)], ["ann_A1", undefined]);
  assertEquals(subtraders.find(ann, "ann_A1"), first);
  assertEquals(subtraders.find(addMember(margin, "bob", 1), "ann_A1"), undefined);
  subtraders.setCap(first, {}, 100);
  subtraders.setCap(first, { ticker: "BTC" }, 200);
  subtraders.setCap(first, { ticker: "BTC" }, 250);
  subtraders.setCap(second, { assetClass: "Crypto" }, 300);
  assertEquals(subtraders.caps(ann).map(({ cap }) => cap), [100, 250, 300]);
  assertEquals(subtraders.caps(ann, { subtraderId: first.id }).map(({ cap }) => cap), [100, 250]);
  assertEquals(subtraders.caps(ann, { ticker: "BTC" }).map(({ cap }) => cap), [250]);
  assertEquals(subtraders.caps(ann, { assetClass: "Crypto" }).map(({ cap }) => cap), [300]);
  assertEquals([subtraders.deleteCap(first, {}), subtraders.deleteCap(first, {})], [true, false]);
  assertEquals(subtraders.caps(ann, { subtraderId: first.id }).length, 1);
});
