/** The page of an exchange: which account it trades for, and what it is served. */
import { readOptions } from "../base/options.ts";
import { accountOrNew } from "./accounts.ts";
import { pageRules } from "./options.ts";
import type { Controlled } from "./page/controls.ts";
import { servePage } from "./page/server.ts";
import type { Running } from "./start.ts";
import type { LocalPage, LocalPageOptions } from "./types.ts";

/** Serves the page of an exchange, which does what `controlled` can. */
export async function openPage(
  controlled: Controlled,
  { exchange, served, config, perps, network }: Running,
  options: LocalPageOptions,
): Promise<LocalPage> {
  const { port, hostname, account: id, token } = readOptions("servePage", options, pageRules);
  const caller = {
    id: "page",
    account: await accountOrNew(exchange, id),
    scopes: ["read", "write"],
    subaccount: undefined,
  };
  return await servePage({
    controlled,
    exchange,
    gateway: served.rest,
    config,
    perpsConfig: perps?.config,
    caller,
    runtime: network.runtime({}, caller),
  }, { port, hostname, token });
}
