/** Names and types of a command's parameters, as the contract has them. */
import type { Fields } from "../../../base/plain.ts";
import { unknownNameIn, wrongTypeIn } from "../../contract_check.ts";
import type { Channels } from "./channels.ts";

/** What is wrong with the names and types of a command's parameters. */
export function commandFault({ commands }: Channels, command: string, params: Fields): string | undefined {
  const rules = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (rules === undefined) return undefined;
  const fault = unknownNameIn("parameter", rules, params) ?? wrongTypeIn(rules, params);
  const filter = rules.user_filter;
  if (fault !== undefined || filter?.type !== "string" || params.user_filter === undefined) return fault;
  return filter.oneOf?.includes(String(params.user_filter)) ? undefined : '`user_filter` takes "self"';
}
