/** Options of a FIX session that do not go together, and why. */
import { KalshiConfigError } from "../base/errors.ts";
import { isLoopback } from "../config/url_policy.ts";
import {
  fixHeartbeat,
  fixLogonOptions,
  type FixProduct,
  type FixSessionKind,
  fixSessions,
} from "../contract/fix/sessions.ts";
import type { FixConfigOptions } from "./config_options.ts";
import type { LogonOptions } from "./logon.ts";

/** As much of a configuration as its rules need. */
export interface RuledConfig {
  readonly product: FixProduct;
  readonly session: FixSessionKind;
  readonly host: string;
  readonly targetCompId: string;
  readonly tls: boolean;
  readonly ca?: readonly string[] | undefined;
  readonly pins?: readonly string[] | undefined;
  readonly heartbeatSeconds: number;
  readonly resendOrders: boolean;
  readonly logon: LogonOptions;
}

function refuse(name: string, why: string): never {
  throw new KalshiConfigError(`FixConfig: \`${name}\` ${why}`);
}

/**
 * Refuses what the gateway would refuse, or pass over.
 *
 * @param given the options as they were given: a default is passed over in silence
 * @throws {KalshiConfigError} with the reason
 */
export function assertTogether(config: RuledConfig, given: Partial<FixConfigOptions>): void {
  checkTransport(config);
  const { product, session, heartbeatSeconds, targetCompId } = config;
  const least = fixHeartbeat.least[product];
  if (heartbeatSeconds < least) {
    refuse("heartbeatSeconds", `is ${least} or more on the ${product} gateways; got ${heartbeatSeconds}.`);
  }
  for (const [name, { targetCompId: other }] of Object.entries(fixSessions)) {
    if (name !== session && targetCompId === other) {
      refuse("targetCompId", `${other} is that of the session "${name}": set \`session\`, and it follows.`);
    }
  }
  checkResend(config, given);
  checkLogon(config);
}

function checkTransport({ host, tls, ca, pins }: RuledConfig): void {
  if (tls) return;
  if (!isLoopback(host)) {
    refuse(
      "tls",
      "can be false only for localhost, 127.0.0.1 and [::1]: a key is used over this connection.",
    );
  }
  for (const [name, value] of Object.entries({ ca, pins })) {
    if (value !== undefined) refuse(name, "is for TLS, and `tls` is false.");
  }
}

function checkResend(config: RuledConfig, given: Partial<FixConfigOptions>): void {
  const { session, logon } = config;
  if (config.resendOrders && session !== "order-entry-rt") {
    refuse(
      "resendOrders",
      `is for the session "order-entry-rt": on "${session}" no order is ever asked for again.`,
    );
  }
  if (config.resendOrders && logon.ListenerSession === true) {
    refuse("resendOrders", "has nothing to send again on a listener's session, which sends no orders.");
  }
  if (fixSessions[session].retransmission) return;
  for (const name of ["onSequenceMismatch", "resendChunk"] as const) {
    if (given[name] === undefined || given[name] === "fail") continue;
    refuse(
      name,
      `is for sessions with retransmission: "${session}" begins at 1 with every Logon, and a gap ends it.`,
    );
  }
}

/** What a Logon asks for, as the gateways take it. */
function checkLogon({ product, session, logon }: RuledConfig): void {
  const facts = fixSessions[session];
  for (const name of Object.keys(logon)) {
    if (fixLogonOptions[product].includes(name)) continue;
    refuse(`logon.${name}`, `is not known to the ${product} gateways. Leave it out.`);
  }
  if (product === "margin" && logon.UseDollars === false) {
    refuse("logon.UseDollars", "cannot be false on the margin gateways, whose prices are always in dollars.");
  }
  if (logon.MessageRetentionPeriod !== undefined && !facts.retransmission) {
    refuse(
      "logon.MessageRetentionPeriod",
      `is for sessions with retransmission: "${session}" keeps no messages.`,
    );
  }
  if (logon.ReceiveSettlementReports !== undefined && facts.settlementReports === "never") {
    const told = Object.entries(fixSessions).filter(([, { settlementReports }]) =>
      settlementReports !== "never"
    );
    refuse(
      "logon.ReceiveSettlementReports",
      `is for ${told.map(([name]) => name).join(", ")}: there are no settlements on "${session}".`,
    );
  }
  if (logon.ListenerSession !== true) return;
  if (!facts.listener) {
    refuse("logon.ListenerSession", `is for order entry: "${session}" has no orders to listen to.`);
  }
  if (logon.SkipPendingExecReports !== true) {
    refuse(
      "logon.ListenerSession",
      "needs `SkipPendingExecReports: true`: a listener is told of no pending states.",
    );
  }
  if (logon.CancelOrdersOnDisconnect === true) {
    refuse(
      "logon.ListenerSession",
      "does not go with `CancelOrdersOnDisconnect: true`: a listener has no orders.",
    );
  }
}
