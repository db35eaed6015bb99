/** Opens accounts, keys, clearing members and runtimes by the options that were given. */
import { readOptions } from "../base/options.ts";
import type { Runtime } from "../runtime/types.ts";
import { accountOrNew, addKey, openAccount } from "./accounts.ts";
import { openMember } from "./klear/members.ts";
import { keyRules, klearMemberRules, memoryRuntimeRules } from "./options.ts";
import { needPerps } from "./perps_access.ts";
import type { Running } from "./start.ts";
import { accountOf } from "./steering.ts";
import type {
  LocalAccount,
  LocalAccountOptions,
  LocalKeyOptions,
  LocalKlearMember,
  LocalKlearMemberOptions,
  MemoryRuntimeOptions,
} from "./types.ts";

/** Opens an account with its first key. */
export async function createAccount(
  { exchange }: Running,
  options: LocalAccountOptions,
): Promise<LocalAccount> {
  return await openAccount(exchange, options);
}

/** Gives an account one more key. */
export async function createKey(
  { exchange }: Running,
  accountId: string,
  options: LocalKeyOptions,
): Promise<LocalAccount> {
  const read = readOptions("createKey", options, keyRules);
  return await addKey(exchange, accountOf(exchange, accountId), read);
}

/** Makes an account a clearing member. */
export async function createKlearMember(
  { exchange, perps }: Running,
  options: LocalKlearMemberOptions,
): Promise<LocalKlearMember> {
  const read = readOptions("createKlearMember", options, klearMemberRules);
  const { house } = needPerps(perps);
  const { id } = await accountOrNew(exchange, read.account);
  return await openMember(exchange, house, id, read);
}

/** Makes a runtime whose network is the exchange. */
export function createRuntime({ network }: Running, options: MemoryRuntimeOptions): Runtime {
  return network.runtime(readOptions("createRuntime", options, memoryRuntimeRules));
}
