/**
 * Bodies under every content coding, in base64: made once with Node's zlib, since a Worker under test has none. A
 * host test reads them back.
 */

/** What is in them. */
export const CONTENTS = {
  "refused":
    '{"error":{"code":"invalid_order","message":"invalid order","details":"post only cross","service":"exchange"}}',
  "done": '{"order":{"order_id":"7f2d7ad2-0c04-4b3a-8f0e-0d4f3f7e1a01","note":"price in dollars"}}',
} as const;

/** A body as it goes over the wire. */
export interface CodedBody {
  readonly coding: string;
  readonly of: keyof typeof CONTENTS;
  readonly base64: string;
  /** Unreadable where neither the runtime nor its `node:zlib` knows it. */
  readonly needs?: "brotli-in-a-list" | "zstd";
}

/** Each by a name. */
export const CODED: Readonly<Record<string, CodedBody>> = {
  "none, refused": {
    "coding": "",
    "of": "refused",
    "base64":
      "eyJlcnJvciI6eyJjb2RlIjoiaW52YWxpZF9vcmRlciIsIm1lc3NhZ2UiOiJpbnZhbGlkIG9yZGVyIiwiZGV0YWlscyI6InBvc3Qgb25seSBjcm9zcyIsInNlcnZpY2UiOiJleGNoYW5nZSJ9fQ==",
  },
  "identity, refused": {
    "coding": "identity",
    "of": "refused",
    "base64":
      "eyJlcnJvciI6eyJjb2RlIjoiaW52YWxpZF9vcmRlciIsIm1lc3NhZ2UiOiJpbnZhbGlkIG9yZGVyIiwiZGV0YWlscyI6InBvc3Qgb25seSBjcm9zcyIsInNlcnZpY2UiOiJleGNoYW5nZSJ9fQ==",
  },
  "gzip, refused": {
    "coding": "gzip",
    "of": "refused",
    "base64":
      "H4sIAAAAAAAAA03LQQqAIBAF0KvIX3sCLxPiDCaYEzMihXj3aBG0frwJVhVFmEhCjIDSRqyFNlFihcfBZjH/xH1C3GOphoBTrDtp9XZJxQwexjpKehdfaY8tM9Z6AB78c0RtAAAA",
  },
  "GZIP, refused": {
    "coding": "GZIP",
    "of": "refused",
    "base64":
      "H4sIAAAAAAAAA03LQQqAIBAF0KvIX3sCLxPiDCaYEzMihXj3aBG0frwJVhVFmEhCjIDSRqyFNlFihcfBZjH/xH1C3GOphoBTrDtp9XZJxQwexjpKehdfaY8tM9Z6AB78c0RtAAAA",
  },
  "x-gzip, refused": {
    "coding": "x-gzip",
    "of": "refused",
    "base64":
      "H4sIAAAAAAAAA03LQQqAIBAF0KvIX3sCLxPiDCaYEzMihXj3aBG0frwJVhVFmEhCjIDSRqyFNlFihcfBZjH/xH1C3GOphoBTrDtp9XZJxQwexjpKehdfaY8tM9Z6AB78c0RtAAAA",
  },
  "gzip of two members, refused": {
    "coding": "gzip",
    "of": "refused",
    "base64":
      "H4sIAAAAAAAAA6tWSi0qyi9SsqpWSs5PSVWyUsrMAwCxDoSnFAAAAB+LCAAAAAAAAAM1y8EJwCAMBdBV5J+dwGVK0GAD1pREpD24e/HQ8+NNalIOtcKGiIvdqTISpM8t4ZfCg6Q5Em71EbS3N2RTd0Q425S8Fz/5pF4Za30iAxLsWQAAAA==",
  },
  "deflate, refused": {
    "coding": "deflate",
    "of": "refused",
    "base64":
      "eJxNy0EKgCAQBdCryF97Ai8T4gwmmBMzIoV492gRtH68CVYVRZhIQoyA0kashTZRYoXHwWYx/8R9QtxjqYaAU6w7afV2ScUMHsY6SnoXX2mPLTPWegAq8iY2",
  },
  "raw deflate, refused": {
    "coding": "deflate",
    "of": "refused",
    "base64":
      "TctBCoAgEAXQq8hfewIvE+IMJpgTMyKFePdoEbR+vAlWFUWYSEKMgNJGrIU2UWKFx8FmMf/EfULcY6mGgFOsO2n1dknFDB7GOkp6F19pjy0z1noA",
  },
  "br, refused": {
    "coding": "br",
    "of": "refused",
    "base64":
      "G2wA4BwHdoyzhTkcbHePUIvsfYGsNLfUYenTk00oQsx2kzTyBVUpoG5Yv4yvQ7FYdIAl7uAI8hSFe2FdZAta457wNVHKDp4NTPU=",
  },
  "zstd, refused": {
    "coding": "zstd",
    "of": "refused",
    "base64":
      "KLUv/SBtnQIAYoURFpCnbbaRYRd76QqyaZLN7k5uFdn/OQZF4RtUASPccNCviXdTbRQOypE2By7eg5V+w9TuBSbWnybg8NSA0MW/NBPFmqo3EQMAyio8IBdtzDI=",
    "needs": "zstd",
  },
  "deflate in gzip, refused": {
    "coding": "deflate, gzip",
    "of": "refused",
    "base64":
      "H4sIAAAAAAAAAwFaAKX/eJxNy0EKgCAQBdCryF97Ai8T4gwmmBMzIoV492gRtH68CVYVRZhIQoyA0kashTZRYoXHwWYx/8R9QtxjqYaAU6w7afV2ScUMHsY6SnoXX2mPLTPWegAq8iY2V2CbhloAAAA=",
  },
  "gzip in gzip, refused": {
    "coding": "gzip, gzip",
    "of": "refused",
    "base64":
      "H4sIAAAAAAAAA5Pv5mAAA2bf045cDQoCrBdWn4ivZtIXfsSjNkPYWKm14nuG4Ja6PZxhoq4zPJx6Gi65rWk1C0xqPX4wzfD/kVqnO8kr2xqC11hnfi3zPMojd8zKq0o8PrNf1/haFYPcn2KXXKDpAM3BgLdmAAAA",
  },
  "gzip in identity, refused": {
    "coding": "gzip, identity",
    "of": "refused",
    "base64":
      "H4sIAAAAAAAAA03LQQqAIBAF0KvIX3sCLxPiDCaYEzMihXj3aBG0frwJVhVFmEhCjIDSRqyFNlFihcfBZjH/xH1C3GOphoBTrDtp9XZJxQwexjpKehdfaY8tM9Z6AB78c0RtAAAA",
  },
  "gzip in br, refused": {
    "coding": "gzip, br",
    "of": "refused",
    "base64":
      "izKAH4sIAAAAAAAAA03LQQqAIBAF0KvIX3sCLxPiDCaYEzMihXj3aBG0frwJVhVFmEhCjIDSRqyFNlFihcfBZjH/xH1C3GOphoBTrDtp9XZJxQwexjpKehdfaY8tM9Z6AB78c0RtAAAAAw==",
    "needs": "brotli-in-a-list",
  },
  "none, done": {
    "coding": "",
    "of": "done",
    "base64":
      "eyJvcmRlciI6eyJvcmRlcl9pZCI6IjdmMmQ3YWQyLTBjMDQtNGIzYS04ZjBlLTBkNGYzZjdlMWEwMSIsIm5vdGUiOiJwcmljZSBpbiBkb2xsYXJzIn19",
  },
  "identity, done": {
    "coding": "identity",
    "of": "done",
    "base64":
      "eyJvcmRlciI6eyJvcmRlcl9pZCI6IjdmMmQ3YWQyLTBjMDQtNGIzYS04ZjBlLTBkNGYzZjdlMWEwMSIsIm5vdGUiOiJwcmljZSBpbiBkb2xsYXJzIn19",
  },
  "gzip, done": {
    "coding": "gzip",
    "of": "done",
    "base64":
      "H4sIAAAAAAAAAyXGTQqAIBAG0KvIt04Yf8DwMmHOCIJoWLvw7i16q/diTJaJ+P45KiMiFMshsdWUyWt/uqT3QqKJfXEliElksKGPRxBxzZpF1a54tJbmjbU+m+VrXlcAAAA=",
  },
  "GZIP, done": {
    "coding": "GZIP",
    "of": "done",
    "base64":
      "H4sIAAAAAAAAAyXGTQqAIBAG0KvIt04Yf8DwMmHOCIJoWLvw7i16q/diTJaJ+P45KiMiFMshsdWUyWt/uqT3QqKJfXEliElksKGPRxBxzZpF1a54tJbmjbU+m+VrXlcAAAA=",
  },
  "x-gzip, done": {
    "coding": "x-gzip",
    "of": "done",
    "base64":
      "H4sIAAAAAAAAAyXGTQqAIBAG0KvIt04Yf8DwMmHOCIJoWLvw7i16q/diTJaJ+P45KiMiFMshsdWUyWt/uqT3QqKJfXEliElksKGPRxBxzZpF1a54tJbmjbU+m+VrXlcAAAA=",
  },
  "gzip of two members, done": {
    "coding": "gzip",
    "of": "done",
    "base64":
      "H4sIAAAAAAAAA6tWyi9KSS1SsqqGMOIzU5QAke/S5BQAAAAfiwgAAAAAAAADBcFJCsAgDADAr0jODcQFLP4mNQkIomJ79e+dKZAtSGYJSJUSpicy3kaKJMmiZfVMHi4Y81MosHar6tpwMnvn/cI5Pwovam1DAAAA",
  },
  "deflate, done": {
    "coding": "deflate",
    "of": "done",
    "base64":
      "eJwlxk0KgCAQBtCryLdOGH/A8DJhzgiCaFi78O4teqv3YkyWifj+OSojIhTLIbHVlMlrf7qk90KiiX1xJYhJZLChj0cQcc2aRdWueLSW5o21PpdyGxM=",
  },
  "raw deflate, done": {
    "coding": "deflate",
    "of": "done",
    "base64":
      "JcZNCoAgEAbQq8i3Thh/wPAyYc4IgmhYu/DuLXqr92JMlon4/jkqIyIUyyGx1ZTJa3+6pPdCool9cSWISWSwoY9HEHHNmkXVrni0luaNtT4=",
  },
  "br, done": {
    "coding": "br",
    "of": "done",
    "base64":
      "G1YAQByFcSxsVpQXaTubYIRKT529Pt3m+STMFOx7rTmoRVpkvoJDDpwO9CUFbgWnGZaQilGB7z9R2qzmDA9Z3mg7whiYCtV4wy34sCKgwno=",
  },
  "zstd, done": {
    "coding": "zstd",
    "of": "done",
    "base64":
      "KLUv/SBXfQIAAsURF4AnbmphSXxLSmSpZAaqqbQ163gMguaORfFCJ2NNB7HGqtWEp6+hEQecYJJFbPgo3iIHLs3g3EGFVzSRFkZP1yVI79VuPwQBAMzKEQ==",
    "needs": "zstd",
  },
  "deflate in gzip, done": {
    "coding": "deflate, gzip",
    "of": "done",
    "base64":
      "H4sIAAAAAAAAAwFWAKn/eJwlxk0KgCAQBtCryLdOGH/A8DJhzgiCaFi78O4teqv3YkyWifj+OSojIhTLIbHVlMlrf7qk90KiiX1xJYhJZLChj0cQcc2aRdWueLSW5o21PpdyGxM0UL8yVgAAAA==",
  },
  "gzip in gzip, done": {
    "coding": "gzip, gzip",
    "of": "done",
    "base64":
      "H4sIAAAAAAAAA5Pv5mAAA2bVY75cDQoCbBdWn9juJ1F/4INR4jmOpoyI3R/e6Vat/p7kM63zxz9LLWUlkdOKG69OOZldv2vJd6dFnbWFqh2eKRsW9rsLFJ6d5Xp1XcWWac96t9rNfpodFw40GQCZIKFtYgAAAA==",
  },
  "gzip in identity, done": {
    "coding": "gzip, identity",
    "of": "done",
    "base64":
      "H4sIAAAAAAAAAyXGTQqAIBAG0KvIt04Yf8DwMmHOCIJoWLvw7i16q/diTJaJ+P45KiMiFMshsdWUyWt/uqT3QqKJfXEliElksKGPRxBxzZpF1a54tJbmjbU+m+VrXlcAAAA=",
  },
  "gzip in br, done": {
    "coding": "gzip, br",
    "of": "done",
    "base64":
      "izCAH4sIAAAAAAAAAyXGTQqAIBAG0KvIt04Yf8DwMmHOCIJoWLvw7i16q/diTJaJ+P45KiMiFMshsdWUyWt/uqT3QqKJfXEliElksKGPRxBxzZpF1a54tJbmjbU+m+VrXlcAAAAD",
    "needs": "brotli-in-a-list",
  },
};
