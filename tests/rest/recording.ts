/** A network that writes down what it is sent. */
import { KalshiClient } from "../../src/client.ts";
import type { KalshiClientOptions } from "../../mod.ts";

export interface Recorded {
  readonly method: string;
  /** Below the API root, as on the wire. */
  readonly path: string;
  /** Decoded `name=value` pairs, sorted. */
  readonly query: readonly string[];
  readonly search: string;
  readonly body: string;
  readonly headers: Headers;
}

export type Answering = (request: Recorded, index: number) => Response | Promise<Response>;

export const signer = { keyId: "key-1", sign: (text: string) => Promise.resolve(btoa(text)) };

export const root = "/trade-api/v2";

/** How a product is asked: below which path, and with what credentials. */
export interface Asking {
  readonly root: string;
  readonly credentials: object;
}

/** As the exchanges are: with a key. */
export const withKey: Asking = { root, credentials: { auth: signer } };

/** What makes clients whose requests are kept in `requests` and answered by a function. */
export function recordingOf<C>(
  make: (options: KalshiClientOptions) => C,
  { root, credentials }: Asking = withKey,
) {
  return (answering: Answering, options: KalshiClientOptions = {}): { client: C; requests: Recorded[] } => {
    const requests: Recorded[] = [];
    const client = make({
      ...credentials,
      config: { maxRetries: 0 },
      ...options,
      transport: async (request: Request) => {
        const url = new URL(request.url);
        const recorded = {
          method: request.method,
          path: url.pathname.slice(root.length),
          query: [...url.searchParams].map(([name, value]) => `${name}=${value}`).sort(),
          search: url.search,
          body: await request.text(),
          headers: request.headers,
        };
        requests.push(recorded);
        return answering(recorded, requests.length - 1);
      },
    });
    return { client, requests };
  };
}

/** A client of event contracts. */
export const recordingClient = recordingOf((options) => new KalshiClient(options));
