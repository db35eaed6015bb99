/** Kalshi's tag `api-keys`. */
import {
  CreateApiKey,
  DeleteApiKey,
  GenerateApiKey,
  GetApiKeys,
} from "../../../contract/event/operations.ts";
import type { ApiKeyScope } from "../../../contract/event/types.ts";
import { hasSubaccount, keptSpki, registerKey } from "../../accounts.ts";
import { ApiError } from "../../api_error.ts";
import { generateKey, importPublicKey } from "../../keys.ts";
import type { KeyType } from "../../signatures.ts";
import { type Call, route, slowRoute } from "./route.ts";
import { allScopes } from "../../scopes.ts";
import { accountOf, Fields, invalid } from "./read.ts";
import type { WebCryptoKey } from "../../../base/web_types.ts";

/** What a new key may do and for which subaccount. */
function termsOf(
  call: Call,
  fields: Fields,
): { name: string; scopes: ApiKeyScope[]; subaccount: number | undefined } {
  const name = fields.requiredText("name");
  const given = fields.has("scopes") ? fields.raw("scopes") : ["read", "write"];
  if (!Array.isArray(given)) throw invalid("scopes must be a list");
  const scopes = given.map((scope: unknown) => {
    const known = allScopes.find((word) => word === scope);
    if (known === undefined) throw invalid(`scopes takes ${allScopes.join(", ")}`);
    return known;
  });
  if (scopes.includes("write") && !scopes.includes("read")) throw invalid("write needs read");
  const subaccount = fields.subaccount("subaccount");
  if (subaccount !== undefined && !hasSubaccount(call.exchange, accountOf(call), subaccount)) {
    throw invalid(`no subaccount ${subaccount}`);
  }
  return { name, scopes, subaccount };
}

function register(
  call: Call,
  terms: ReturnType<typeof termsOf>,
  { type, publicKey, spki }: {
    readonly type: KeyType;
    readonly publicKey: WebCryptoKey;
    readonly spki: string;
  },
): string {
  const { exchange } = call;
  const account = accountOf(call);
  const key = { id: exchange.drawId(), type, spki, ...terms };
  exchange.keep({ do: "key", account: account.id, key });
  registerKey(exchange, account, key, publicKey);
  return key.id;
}

export const apiKeyRoutes = [
  route(GetApiKeys, (call) => {
    const own = [...call.exchange.keys.values()].filter(({ account }) => account === accountOf(call));
    return {
      api_keys: own.map(({ id, name, scopes, subaccount }) => ({
        api_key_id: id,
        name,
        scopes: [...scopes],
        ...(subaccount === undefined ? {} : { subaccount }),
      })),
    };
  }),
  slowRoute(CreateApiKey, async (call) => {
    const fields = new Fields(call.body);
    const terms = termsOf(call, fields);
    const { type, publicKey } = await importPublicKey(fields.requiredText("public_key"));
    const spki = await keptSpki(call.exchange, "CreateApiKey", publicKey);
    return { api_key_id: register(call, terms, { type, publicKey, spki }) };
  }),
  slowRoute(GenerateApiKey, async (call) => {
    const fields = new Fields(call.body);
    const terms = termsOf(call, fields);
    const type = fields.has("key_type") ? fields.choice("key_type", ["rsa", "ed25519"]) : "rsa";
    const { publicKey, privateKey } = await generateKey(type);
    const spki = await keptSpki(call.exchange, "GenerateApiKey", publicKey);
    return {
      api_key_id: register(call, terms, { type, publicKey, spki }),
      private_key: privateKey,
      key_type: type,
    };
  }),
  route(DeleteApiKey, (call) => {
    const key = call.exchange.keys.get(call.path.api_key ?? "");
    if (key === undefined || key.account !== accountOf(call)) throw new ApiError("not_found");
    call.exchange.keys.delete(key.id);
    return undefined;
  }),
];
