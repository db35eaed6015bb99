import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { readHeaders } from "../../src/config/headers.ts";
import { test } from "../support/test.ts";

const checked = (headers: unknown) => readHeaders("KalshiConfig", "extraHeaders", headers);

test("ordinary headers pass as they are", () => {
  for (
    const headers of [
      {},
      { "x-desk": "7", "User-Agent": "bot/1.0 (a; b)", "Accept-Language": "es" },
      { "x-empty": "", "x-tab": "a\tb", "x-latin": "caf\u00e9" },
      Object.assign(Object.create(null), { "x-bare": "1" }),
      { hosting: "a", "x-host": "b", "kalshi-access": "c", "my-kalshi-access-key": "d" },
    ]
  ) {
    assertEquals(checked(headers), headers);
    new Headers(headers);
  }
});

test("headers that sign, address or frame the request are refused in any spelling", () => {
  const names = [
    "KALSHI-ACCESS-KEY",
    "kalshi-access-signature",
    "Kalshi-Access-Timestamp",
    "kAlShI-aCcEsS-",
    "KALSHI_ACCESS_KEY",
    "Kalshi-Access_Anything",
    "Host",
    "host",
    "CONTENT-LENGTH",
    "Content_Length",
    "connection",
    "Transfer-Encoding",
  ];
  for (const name of names) {
    assertThrows(() => checked({ [name]: "x" }), KalshiConfigError, `"${name}"`);
    assertThrows(
      () => readHeaders("GET /markets", "headers", { [name]: "x" }),
      KalshiConfigError,
      "GET /markets: `headers` cannot hold",
    );
  }
});

test("no spelling of a reserved header gets through", () => {
  fc.assert(fc.property(
    fc.constantFrom("kalshi-access-key", "kalshi-access-signature", "host", "content-length", "connection"),
    fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
    (name, upper) => {
      const spelled = [...name].map((letter, i) => upper[i] ? letter.toUpperCase() : letter).join("");
      assertThrows(() => checked({ "x-a": "1", [spelled]: "1" }), KalshiConfigError);
    },
  ));
});

test("what passes is what the platform takes", () => {
  const letters = (from: number, to: number) =>
    fc.string({
      unit: fc.integer({ min: from, max: to }).map((code) => String.fromCharCode(code)),
      maxLength: 6,
    });
  const name = fc.oneof(letters(0x21, 0x7e), letters(0x00, 0xff));
  const value = fc.oneof(letters(0x09, 0xff), letters(0x20, 0x7e), letters(0xf0, 0x110));
  let passed = 0;
  fc.assert(
    fc.property(name, value, (name, value) => {
      try {
        checked({ [name]: value });
      } catch (error) {
        assert(error instanceof KalshiConfigError, `${error}`);
        return;
      }
      passed++;
      const [entry] = [...new Headers({ [name]: value })];
      assertEquals(entry, [name.toLowerCase(), value.replace(/^[\t ]+|[\t ]+$/g, "")]);
    }),
    { numRuns: 1000 },
  );
  assert(passed > 0, "some of them must pass, else this proves nothing");
});

test("broken names and values are refused, and values never shown", () => {
  const secret = "hunter2";
  for (
    const headers of [
      { "x-a": `${secret}\r\nKALSHI-ACCESS-KEY: forged` },
      { "x-a": `${secret}\n` },
      { "x-a": `${secret}\0` },
      { "x-a": `${secret}\u20ac` },
      { "x-a": 7 },
      { "x-a": undefined },
      { "x-a": [secret] },
      { "x-a": { secret } },
      { "": secret },
      { "x a": secret },
      { "x:a": secret },
      { "x\r\ny": secret },
      { "x-\u00e9": secret },
    ]
  ) {
    const error = assertThrows(() => checked(headers), KalshiConfigError, "extraHeaders");
    assert(!error.message.includes(secret), error.message);
    assert(!/[\r\n]/.test(error.message), "a name cannot forge a log line");
  }
});

test("a name in two spellings is refused", () => {
  assertThrows(
    () => checked({ "X-Desk": "7", "x-desk": "8" }),
    KalshiConfigError,
    "two spellings",
  );
});

test("what is no plain object is refused, not read as empty", () => {
  const values = [
    null,
    undefined,
    7,
    "x-desk: 7",
    true,
    [],
    [["x-desk", "7"]],
    new Headers(),
    new Map(),
    () => {},
  ];
  for (const headers of values) {
    assertThrows(() => checked(headers), KalshiConfigError, "plain object");
  }
});
