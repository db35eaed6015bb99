import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { assertPlainPath, buildQuery, fillPath } from "../../src/http/url.ts";
import { test } from "../support/test.ts";

const none = new Set<string>();

test("path parameters are percent-encoded once and stay one segment", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (id) => {
    if (id.trim() === "" || id === "." || id === "..") {
      assertThrows(() => fillPath("/markets/{ticker}", { ticker: id }), KalshiConfigError);
      return;
    }
    const { path } = fillPath("/markets/{ticker}", { ticker: id });
    const onTheWire = new URL(`https://host/trade-api/v2${path}`).pathname;
    assertEquals(onTheWire, `/trade-api/v2${path}`);
    assertEquals(decodeURIComponent(onTheWire.split("/").at(-1) ?? ""), id);
    assertEquals(onTheWire.split("/").length, 5);
  }));
});

test("a missing or unusable path parameter is refused by name", () => {
  for (const ticker of [undefined, null, "", "  ", ".", "..", {}, true]) {
    assertThrows(() => fillPath("/markets/{ticker}", { ticker }), KalshiConfigError, "ticker");
  }
});

test("false and 0 stay in the query, undefined does not", () => {
  assertEquals(buildQuery({ a: false, b: 0, c: undefined, d: "", e: true }, none), "?a=false&b=0&d=&e=true");
  assertEquals(buildQuery({ a: undefined }, none), "");
});

test("a query is written as URLSearchParams writes it, whatever is in it", () => {
  const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.stringMatching(/^[\w.*+ -]*$/));
  fc.assert(fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text.filter(Boolean)))), (given) => {
    const written = new URLSearchParams(
      Object.entries(given).flatMap(([name, value]) => [value].flat().map((item) => [name, item])),
    );
    assertEquals(buildQuery(given, none), written.size > 0 ? `?${written}` : "");
  }));
});

test("lists are repeated, or joined where the operation wants commas", () => {
  assertEquals(buildQuery({ tickers: ["A", "B.1"] }, none), "?tickers=A&tickers=B.1");
  const rules = { tickers: { type: "list", commas: true, items: { type: "string" } } } as const;
  assertEquals(buildQuery({ tickers: ["A", "B.1"] }, none, rules), "?tickers=A%2CB.1");
  assertEquals(buildQuery({ tickers: [] }, none, rules), "");
  assertThrows(() => buildQuery({ tickers: ["A,B"] }, none, rules), KalshiConfigError, "tickers");
  assertThrows(() => buildQuery({ tickers: ["A", ""] }, none), KalshiConfigError, "tickers");
});

test("what is no parameter is refused", () => {
  for (const value of [null, {}, Number.NaN, Infinity, [["A"]], () => 1]) {
    assertThrows(() => buildQuery({ limit: value }, none), KalshiConfigError, "limit");
  }
});

test("parameters that filled the path are not repeated in the query", () => {
  const { path, used } = fillPath("/series/{series}/markets/{ticker}", {
    series: "S",
    ticker: "T",
    depth: 1,
  });
  assertEquals(
    path + buildQuery({ series: "S", ticker: "T", depth: 1 }, used),
    "/series/S/markets/T?depth=1",
  );
});

test("a path by hand must go over the wire as it is signed", () => {
  for (const good of ["/", "/exchange/status", "/markets/KX-1.5", "/a/%2F"]) assertPlainPath(good);
  const bad = [
    "",
    "exchange",
    "//evil.io/x",
    "/a?b=1",
    "/a#b",
    "/a/../b",
    "/a/./b",
    "/a b",
    "/a\\b",
    "/a/",
    "/ü",
    "/{t}",
  ];
  for (const path of bad) assertThrows(() => assertPlainPath(path), KalshiConfigError, "path");
});

test("any path that passes is unchanged by URL parsing", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    try {
      assertPlainPath(text);
    } catch {
      return;
    }
    assert(new URL(`https://host/trade-api/v2${text}`).pathname === `/trade-api/v2${text}`);
  }));
});
