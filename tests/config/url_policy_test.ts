import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { eventVenue } from "../../src/config/venue.ts";
import { assertSignable, checkUrl, counterpart, homeUrl, type UrlKind } from "../../src/config/url_policy.ts";
import { test } from "../support/test.ts";

const restPath = "/trade-api/v2";
const wsPath = "/trade-api/ws/v2";

test("Kalshi's documented hosts and loopback pass, and come back in normal form", () => {
  const table: [url: string, kind: UrlKind, normal: string, environment: string][] = [
    ["https://api.elections.kalshi.com/trade-api/v2", "rest", "", "production"],
    ["https://external-api.kalshi.com/trade-api/v2", "rest", "", "production"],
    ["https://demo-api.kalshi.co/trade-api/v2", "rest", "", "demo"],
    ["https://external-api.demo.kalshi.co/trade-api/v2", "rest", "", "demo"],
    ["wss://api.elections.kalshi.com/trade-api/ws/v2", "ws", "", "production"],
    ["wss://external-api-ws.kalshi.com/trade-api/ws/v2", "ws", "", "production"],
    ["wss://demo-api.kalshi.co/trade-api/ws/v2", "ws", "", "demo"],
    ["wss://external-api-ws.demo.kalshi.co/trade-api/ws/v2", "ws", "", "demo"],
    ["http://localhost:8080/trade-api/v2", "rest", "", "loopback"],
    ["http://127.0.0.1:1/trade-api/v2", "rest", "", "loopback"],
    ["http://[::1]:65535/trade-api/v2", "rest", "", "loopback"],
    ["https://localhost:8443/trade-api/v2", "rest", "", "loopback"],
    ["ws://127.0.0.1:9/trade-api/ws/v2", "ws", "", "loopback"],
    ["wss://[::1]/trade-api/ws/v2", "ws", "", "loopback"],
    ["https://demo-api.kalshi.co/trade-api/v2/", "rest", "https://demo-api.kalshi.co/trade-api/v2", "demo"],
    ["https://demo-api.kalshi.co/trade-api/v2///", "rest", "https://demo-api.kalshi.co/trade-api/v2", "demo"],
    ["HTTPS://Demo-API.Kalshi.CO/trade-api/v2", "rest", "https://demo-api.kalshi.co/trade-api/v2", "demo"],
    [
      "https://demo-api.kalshi.co:443/trade-api/v2",
      "rest",
      "https://demo-api.kalshi.co/trade-api/v2",
      "demo",
    ],
    [
      "wss://demo-api.kalshi.co:443/trade-api/ws/v2/",
      "ws",
      "wss://demo-api.kalshi.co/trade-api/ws/v2",
      "demo",
    ],
    ["http://LOCALHOST:80/trade-api/v2", "rest", "http://localhost/trade-api/v2", "loopback"],
  ];
  for (const [url, kind, normal, environment] of table) {
    const checked = checkUrl(eventVenue, url, kind);
    assertEquals([checked.url, checked.environment], [normal || url, environment], url);
    assertEquals(checkUrl(eventVenue, checked.url, kind), checked, "the normal form is its own normal form");
  }
});

const refusedEvenWhenUnknownHostsPass: readonly string[] = [
  // User info, in all its disguises.
  "https://api.elections.kalshi.com@evil.io/trade-api/v2",
  "https://api.elections.kalshi.com:443@evil.io/trade-api/v2",
  "https://user:secret@api.elections.kalshi.com/trade-api/v2",
  "https://user@api.elections.kalshi.com/trade-api/v2",
  "https://@api.elections.kalshi.com/trade-api/v2",
  "https://:@api.elections.kalshi.com/trade-api/v2",
  "https://api.elections.kalshi.com%40evil.io/trade-api/v2",
  // Query and fragment.
  "https://api.elections.kalshi.com/trade-api/v2?a=1",
  "https://api.elections.kalshi.com/trade-api/v2?",
  "https://api.elections.kalshi.com/trade-api/v2#a",
  "https://api.elections.kalshi.com/trade-api/v2#",
  "https://evil.io#api.elections.kalshi.com/trade-api/v2",
  "https://evil.io?api.elections.kalshi.com/trade-api/v2",
  // Whitespace and control characters that parsers drop.
  " https://api.elections.kalshi.com/trade-api/v2",
  "https://api.elections.kalshi.com/trade-api/v2 ",
  "https://api.elections.kalshi.com/trade-api/v2\n",
  "https://api.elec\ttions.kalshi.com/trade-api/v2",
  "https://api.elections.kalshi.com/trade-api/\r\nv2",
  "https://api.elections.kalshi.com/trade-api/v2\0",
  "https://api.elections.kalshi.com /trade-api/v2",
  // Backslashes read as slashes.
  "https:\\\\api.elections.kalshi.com\\trade-api\\v2",
  "https://api.elections.kalshi.com\\trade-api/v2",
  "https://evil.io\\@api.elections.kalshi.com/trade-api/v2",
  "https://api.elections.kalshi.com\\@evil.io/trade-api/v2",
  // Slashes too many or too few.
  "https:/api.elections.kalshi.com/trade-api/v2",
  "https:api.elections.kalshi.com/trade-api/v2",
  "https:///api.elections.kalshi.com/trade-api/v2",
  "https://api.elections.kalshi.com//trade-api/v2",
  "https://api.elections.kalshi.com/trade-api//v2",
  // Percent escapes and dot segments.
  "https://api.elections.kalshi.com/trade-api%2Fv2",
  "https://api.elections.kalshi.com/trade%2dapi/v2",
  "https://api.elections.kalshi.com%2f.evil.io/trade-api/v2",
  "https://%61pi.elections.kalshi.com/trade-api/v2",
  "https://api.elections.kalshi.com/trade-api/./v2",
  "https://api.elections.kalshi.com/x/../trade-api/v2",
  "https://api.elections.kalshi.com/trade-api/v2/.",
  "https://api.elections.kalshi.com/trade-api/v2/x/..",
  "https://api.elections.kalshi.com/%2e/trade-api/v2",
  // Host names that are not ASCII: Cyrillic, full width, a Kelvin sign, a soft hyphen, an ideographic full stop.
  "https://\u0430pi.elections.kalshi.com/trade-api/v2",
  "https://api.elections.\uff4balshi.com/trade-api/v2",
  "https://api.elections.\u212aalshi.com/trade-api/v2",
  "https://api.elec\u00adtions.kalshi.com/trade-api/v2",
  "https://api.elections.kalshi\u3002com/trade-api/v2",
  "http://\u24dbocalhost:8080/trade-api/v2",
  // Other spellings of this machine's address.
  "http://127.1:8080/trade-api/v2",
  "http://2130706433/trade-api/v2",
  "http://0x7f.1/trade-api/v2",
  "http://0177.0.0.1/trade-api/v2",
  "http://127.0.0.01/trade-api/v2",
  "http://[0:0:0:0:0:0:0:1]/trade-api/v2",
  "http://[::0001]/trade-api/v2",
  "http://[::ffff:127.0.0.1]/trade-api/v2",
  // Plaintext to anything but this machine.
  "http://api.elections.kalshi.com/trade-api/v2",
  "http://demo-api.kalshi.co/trade-api/v2",
  "http://evil.io/trade-api/v2",
  "http://localhost.evil.io/trade-api/v2",
  "http://localhost./trade-api/v2",
  "http://127.0.0.1.evil.io/trade-api/v2",
  "http://127.0.0.2/trade-api/v2",
  "http://0.0.0.0/trade-api/v2",
  "http://192.168.0.1/trade-api/v2",
  "http://[::]/trade-api/v2",
  "http://[::ffff:7f00:1]/trade-api/v2",
  "http://api.elections.kalshi.com:443/trade-api/v2",
  // Other schemes.
  "wss://api.elections.kalshi.com/trade-api/v2",
  "ftp://api.elections.kalshi.com/trade-api/v2",
  "javascript:https://api.elections.kalshi.com/trade-api/v2",
  "file:///trade-api/v2",
  "data:,/trade-api/v2",
  "httpss://api.elections.kalshi.com/trade-api/v2",
  // Other paths.
  "https://api.elections.kalshi.com",
  "https://api.elections.kalshi.com/",
  "https://api.elections.kalshi.com/v2",
  "https://api.elections.kalshi.com/trade-api",
  "https://api.elections.kalshi.com/trade-api/v1",
  "https://api.elections.kalshi.com/trade-api/v22",
  "https://api.elections.kalshi.com/trade-api/v2/markets",
  "https://api.elections.kalshi.com/x/trade-api/v2",
  "https://api.elections.kalshi.com/Trade-API/v2",
  "https://api.elections.kalshi.com/trade-api/V2",
  "https://api.elections.kalshi.com/trade-api/ws/v2",
  // No URL.
  "",
  "/",
  "/trade-api/v2",
  "//api.elections.kalshi.com/trade-api/v2",
  "api.elections.kalshi.com/trade-api/v2",
  "localhost:8080/trade-api/v2",
  "https://",
  "https:///trade-api/v2",
  "https://:443/trade-api/v2",
  "https://localhost:99999/trade-api/v2",
  "https://localhost:-1/trade-api/v2",
  "https://localhost:/trade-api/v2",
  "https://localhost:0443/trade-api/v2",
  "https://[::1/trade-api/v2",
  "https://exa mple.com/trade-api/v2",
];

test("URLs that are not what they seem are refused, whatever hosts are allowed", () => {
  for (const url of refusedEvenWhenUnknownHostsPass) {
    for (const allowUnknownHost of [false, true]) {
      const error = assertThrows(
        () => checkUrl(eventVenue, url, "rest", { allowUnknownHost }),
        KalshiConfigError,
        "baseUrl must ",
        JSON.stringify(url),
      );
      assertEquals(error.code, "CONFIG");
    }
  }
});

const unknown: readonly string[] = [
  "https://api.elections.kalshi.com.evil.io/trade-api/v2",
  "https://evil.io/trade-api/v2",
  "https://localhost.evil.io/trade-api/v2",
  "https://api.elections.kalshi.com./trade-api/v2",
  "https://api.elections.kalshi.co/trade-api/v2",
  "https://api-elections.kalshi.com/trade-api/v2",
  "https://xapi.elections.kalshi.com/trade-api/v2",
  "https://kalshi.com/trade-api/v2",
  "https://demo-api.kalshi.com/trade-api/v2",
  "https://xn--pi-6kc.elections.kalshi.com/trade-api/v2",
  "https://127.0.0.2/trade-api/v2",
  "https://localhost./trade-api/v2",
  "https://[::ffff:7f00:1]/trade-api/v2",
  // Kalshi's hosts on other ports, and its WebSocket hosts asked for REST, are somebody else's.
  "https://api.elections.kalshi.com:8443/trade-api/v2",
  "https://api.elections.kalshi.com:80/trade-api/v2",
  "https://external-api-ws.kalshi.com/trade-api/v2",
];

test("a host that is not Kalshi's is refused unless it is allowed", () => {
  for (const url of unknown) {
    const error = assertThrows(
      () => checkUrl(eventVenue, url, "rest"),
      KalshiConfigError,
      "unless allowUnknownHost",
      url,
    );
    assertStringIncludes(error.message, `"${new URL(url).host}"`);
    const checked = checkUrl(eventVenue, url, "rest", { allowUnknownHost: true });
    assertEquals([checked.url, checked.environment], [url, "unknown"]);
  }
});

test("whether unknown hosts pass is asked only for an unknown host", () => {
  let asked = 0;
  const allowUnknownHost = () => ++asked > 0;
  checkUrl(eventVenue, homeUrl(eventVenue, "production"), "rest", { allowUnknownHost });
  checkUrl(eventVenue, "http://localhost/trade-api/v2", "rest", { allowUnknownHost });
  assertThrows(() => checkUrl(eventVenue, "http://evil.io/trade-api/v2", "rest", { allowUnknownHost }));
  assertEquals(asked, 0);
  checkUrl(eventVenue, "https://evil.io/trade-api/v2", "rest", { allowUnknownHost });
  assertEquals(asked, 1);
});

test("messages say how to write it, and never repeat user info, query or fragment", () => {
  const secret = "hunter2";
  for (
    const url of [
      `https://user:${secret}@demo-api.kalshi.co/trade-api/v2`,
      `https://${secret}@evil.io/trade-api/v2`,
      `https://demo-api.kalshi.co/trade-api/v2?token=${secret}`,
      `https://demo-api.kalshi.co/trade-api/v2#${secret}`,
      `https://user:${secret}@:0/`,
      secret,
    ]
  ) {
    const error = assertThrows(() => checkUrl(eventVenue, url, "rest"), KalshiConfigError);
    assert(!JSON.stringify({ ...error, message: error.message }).includes(secret), error.message);
    assertStringIncludes(error.message, `Write it like https://api.elections.kalshi.com${restPath}.`);
  }
  assertThrows(
    () => checkUrl(eventVenue, "https://api.elections.kalshi.com@evil.io/trade-api/v2", "rest"),
    KalshiConfigError,
    `its host reads as "evil.io"`,
  );
  assertThrows(
    () => checkUrl(eventVenue, "https://demo-api.kalshi.co/trade-api/v2", "ws"),
    KalshiConfigError,
    "wsBaseUrl must begin with wss://",
  );
  assertThrows(
    () => checkUrl(eventVenue, "wss://demo-api.kalshi.co/trade-api/v2", "ws"),
    KalshiConfigError,
    "wsBaseUrl must end in /trade-api/ws/v2",
  );
});

test("each base URL has its counterpart, and back", () => {
  const pairs = [
    ["https://api.elections.kalshi.com", "wss://api.elections.kalshi.com"],
    ["https://demo-api.kalshi.co", "wss://demo-api.kalshi.co"],
    ["https://external-api.kalshi.com", "wss://external-api-ws.kalshi.com"],
    ["https://external-api.demo.kalshi.co", "wss://external-api-ws.demo.kalshi.co"],
    ["http://localhost:8080", "ws://localhost:8080"],
    ["http://[::1]:8080", "ws://[::1]:8080"],
    ["https://127.0.0.1:8443", "wss://127.0.0.1:8443"],
    ["https://proxy.example:8443", "wss://proxy.example:8443"],
  ] as const;
  for (const [rest, ws] of pairs) {
    const restUrl = checkUrl(eventVenue, rest + restPath, "rest", { allowUnknownHost: true });
    const wsUrl = checkUrl(eventVenue, ws + wsPath, "ws", { allowUnknownHost: true });
    assertEquals(counterpart(eventVenue, restUrl, "rest"), wsUrl.url);
    assertEquals(counterpart(eventVenue, wsUrl, "ws"), restUrl.url);
    assertEquals(restUrl.environment, wsUrl.environment);
  }
});

const realHost = fc.constantFrom(
  ...eventVenue.hosts.flatMap(({ rest, ws }) => [rest, ws]),
  "localhost",
  "127.0.0.1",
  "[::1]",
);
const oddity = fc.constantFrom(
  ..."@:/\\?#%. \t\n\0\u0430\u212a\u3002\u00ad\uff0fx1".split(""),
  ".evil.io",
  "@evil.io",
  ":pw@",
  "evil.io#",
  "%2f",
  "%2e%2e/",
  "../",
  "xn--",
  ":443",
  ":8443",
  "[",
  "]",
);
/** A good base URL with up to three pieces put in, or characters taken out or turned upside down. */
const lookAlike = fc.record({
  scheme: fc.constantFrom("https://", "http://", "wss://", "ws://", "HTTPS://", "https:", "https:/", ""),
  host: realHost,
  path: fc.constantFrom(restPath, wsPath, "", "/", "/trade-api/v2/", "/trade-api/v2/markets"),
  changes: fc.array(
    fc.record({ at: fc.nat(80), cut: fc.nat(2), put: fc.oneof(oddity, fc.constant(""), fc.string()) }),
    { maxLength: 3 },
  ),
}).map(({ scheme, host, path, changes }) =>
  changes.reduce(
    (url, { at, cut, put }) =>
      url.slice(0, at % (url.length + 1)) + put + url.slice(at % (url.length + 1) + cut),
    scheme + host + path,
  )
);

test("whatever passes goes where it says: to Kalshi or this machine, encrypted or local, below the API root", () => {
  const origins: Record<UrlKind, Set<string>> = {
    rest: new Set(eventVenue.hosts.map(({ rest }) => `https://${rest}`)),
    ws: new Set(eventVenue.hosts.map(({ ws }) => `wss://${ws}`)),
  };
  let passed = 0;
  fc.assert(
    fc.property(lookAlike, fc.constantFrom<UrlKind>("rest", "ws"), (url, kind) => {
      let checked;
      try {
        checked = checkUrl(eventVenue, url, kind);
      } catch (error) {
        assert(error instanceof KalshiConfigError, `${error}`);
        return;
      }
      passed++;
      const { protocol, host, hostname, pathname, username, password, search, hash } = new URL(checked.url);
      assertEquals([username, password, search, hash], ["", "", "", ""]);
      assertEquals(pathname, kind === "rest" ? restPath : wsPath);
      const local = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
      assert(local || origins[kind].has(`${protocol}//${host}`), checked.url);
      // What was given reads the same to a person: nothing dropped, decoded or added but case, port and slashes.
      const port = /^(https|wss)/.test(checked.url) ? ":443/" : ":80/";
      const seen = url.replace(/\/+$/, "").toLowerCase();
      assert(seen === checked.url || seen.replace(port, "/") === checked.url, url);
      assert(/^[!-~]+$/.test(url));
    }),
    { numRuns: 3000 },
  );
  assert(passed > 0, "some of them must pass, else this proves nothing");
});

const bases = {
  baseUrl: "https://demo-api.kalshi.co/trade-api/v2",
  wsBaseUrl: "wss://demo-api.kalshi.co/trade-api/ws/v2",
  allowUnknownHost: false,
};

test("requests below the base URLs are signed with their path as sent", () => {
  const table: [url: string, path: string][] = [
    [`${bases.baseUrl}/markets`, "/trade-api/v2/markets"],
    [`${bases.baseUrl}/markets?limit=1&cursor=a%2Fb`, "/trade-api/v2/markets"],
    [`${bases.baseUrl}/markets/A%2FB`, "/trade-api/v2/markets/A%2FB"],
    [`${bases.baseUrl}/markets/a.b..c`, "/trade-api/v2/markets/a.b..c"],
    [`${bases.baseUrl}/markets?name=it's`, "/trade-api/v2/markets"],
    [bases.wsBaseUrl, "/trade-api/ws/v2"],
    [`${bases.wsBaseUrl}?a=1`, "/trade-api/ws/v2"],
  ];
  for (const [url, path] of table) {
    assertEquals(assertSignable(eventVenue, bases, url), path);
    assertEquals(assertSignable(eventVenue, bases, new URL(url)), path);
  }
});

test("nothing else is signed", () => {
  const table: string[] = [
    "",
    "markets",
    "/trade-api/v2/markets",
    bases.baseUrl,
    `${bases.baseUrl}?a=1`,
    `${bases.baseUrl}x/markets`,
    `${bases.baseUrl}/../v1/markets`,
    `${bases.baseUrl}/markets/../portfolio`,
    `${bases.baseUrl}/markets/%2e%2e/portfolio`,
    `${bases.baseUrl}/./markets`,
    `${bases.baseUrl}\\markets`,
    `${bases.baseUrl}/mar\tkets`,
    `${bases.baseUrl}/markets#a`,
    `${bases.baseUrl}/markets?a#`,
    ` ${bases.baseUrl}/markets`,
    `${bases.baseUrl}/m\u00e4rkte`,
    "https://demo-api.kalshi.co/markets",
    "https://demo-api.kalshi.co:8443/trade-api/v2/markets",
    "http://demo-api.kalshi.co/trade-api/v2/markets",
    "https://demo-api.kalshi.co.evil.io/trade-api/v2/markets",
    "https://user@demo-api.kalshi.co/trade-api/v2/markets",
    "https://demo-api.kalshi.co@evil.io/trade-api/v2/markets",
    "https://api.elections.kalshi.com/trade-api/v2/markets",
    "https://evil.io/trade-api/v2/markets",
    `https://evil.io/?${bases.baseUrl}/markets`,
    `${bases.wsBaseUrl}/x`,
    "wss://evil.io/trade-api/ws/v2",
    "wss://demo-api.kalshi.co/trade-api/v2/markets",
  ];
  for (const url of table) {
    const error = assertThrows(
      () => assertSignable(eventVenue, bases, url, "/p"),
      KalshiConfigError,
      "Refused to sign",
      url,
    );
    assertEquals([error.outcome, error.path], ["not-sent", "/p"]);
  }
  const error = assertThrows(() =>
    assertSignable(eventVenue, bases, "https://u:hunter2@evil.io/a?token=hunter2#hunter2")
  );
  assert(!`${error}`.includes("hunter2"));
});

test("a configuration that was never checked cannot get anything signed either", () => {
  const forged = (baseUrl: string, wsBaseUrl: string, allowUnknownHost = false) => {
    const settings = { baseUrl, wsBaseUrl, allowUnknownHost };
    return [
      () => assertSignable(eventVenue, settings, `${baseUrl}/markets`),
      () => assertSignable(eventVenue, settings, wsBaseUrl),
    ];
  };
  const refused = [
    ...forged("https://evil.io/trade-api/v2", "wss://evil.io/trade-api/ws/v2"),
    ...forged(
      "https://demo-api.kalshi.co@evil.io/trade-api/v2",
      "wss://demo-api.kalshi.co@evil.io/trade-api/ws/v2",
    ),
    ...forged("http://demo-api.kalshi.co/trade-api/v2", "ws://demo-api.kalshi.co/trade-api/ws/v2", true),
    ...forged("https://demo-api.kalshi.co", "wss://demo-api.kalshi.co", true),
    ...forged("https://demo-api.kalshi.co/trade-api/v22", "wss://demo-api.kalshi.co/trade-api/ws/v22", true),
    ...forged("https://demo-api.kalshi.co:444/trade-api/v2", "wss://demo-api.kalshi.co:444/trade-api/ws/v2"),
    ...forged("", "", true),
  ];
  for (const sign of refused) assertThrows(sign, KalshiConfigError, "Refused to sign");
  const allowed = [
    ...forged("https://proxy.example/trade-api/v2", "wss://proxy.example/trade-api/ws/v2", true),
    ...forged("http://127.0.0.1:8080/trade-api/v2", "ws://127.0.0.1:8080/trade-api/ws/v2"),
  ];
  for (const sign of allowed) assert(sign().startsWith("/trade-api/"));
});

test("whatever is signed goes to the base's origin, with the signed path", () => {
  const piece = fc.oneof(oddity, fc.constantFrom("/", "markets", "..", ".", "%2e", "A-B"), fc.string());
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), fc.boolean(), (pieces, asUrl) => {
      const url = bases.baseUrl + pieces.join("");
      let path: string;
      try {
        path = assertSignable(eventVenue, bases, asUrl ? new URL(url) : url);
      } catch (error) {
        assert(error instanceof KalshiConfigError || error instanceof TypeError, `${error}`);
        return;
      }
      const sent = new URL(new Request(url).url);
      assertEquals([sent.origin, sent.pathname], ["https://demo-api.kalshi.co", path]);
      assert(path.startsWith(`${restPath}/`));
      if (!asUrl) assert(url.startsWith(sent.origin + path), "the path is sent as it was written");
    }),
    { numRuns: 2000 },
  );
});
