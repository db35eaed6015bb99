/**
 * Makes what its first argument names from the environment of its own process, and prints as JSON what came of it.
 * It reads no variable itself.
 */
import process from "node:process";
import { KalshiAuth, KalshiClient, KalshiConfig, KalshiError } from "../../../mod.ts";
import { nodeRuntime } from "../../../src/runtime/node.ts";

const transport = () => Promise.resolve(Response.json({}));

async function make(what: string | undefined): Promise<object> {
  switch (what) {
    case "client":
    case "demo client": {
      const demo = what === "demo client" || undefined;
      const { isAuthenticated, config } = await KalshiClient.fromEnv(undefined, { transport, demo });
      return { isAuthenticated, environment: config.environment };
    }
    case "client of process.env": {
      const { isAuthenticated, config } = await KalshiClient.fromEnv(process.env, { transport });
      return { isAuthenticated, environment: config.environment };
    }
    case "auth":
      return { keyId: (await KalshiAuth.fromEnv()).keyId };
    case "config of an unknown host":
      return { environment: new KalshiConfig({ baseUrl: "https://proxy.example/trade-api/v2" }).environment };
    case "call":
    case "call through nodeRuntime": {
      const runtime = what === "call" ? undefined : nodeRuntime();
      const client = new KalshiClient({ demo: true, runtime });
      await client.exchange.status({ maxRetries: 0 }).finally(() => client.close());
      return {};
    }
    default:
      throw new TypeError(`not known: ${what}`);
  }
}

try {
  console.log(JSON.stringify(await make(process.argv[2])));
} catch (error) {
  if (!(error instanceof KalshiError)) throw error;
  const { name, code, message, outcome } = error;
  console.log(JSON.stringify({ name, code, message, outcome }));
}
