/** Klear's tag `fcm`: groups of subtraders, and keys that are bound to one. Nobody can trade with these keys. */
import {
  CreateMarginFcmApiKey,
  CreateMarginSubtraderGroup,
  DeleteMarginFcmApiKey,
  DeleteMarginSubtraderGroup,
  GenerateMarginFcmApiKey,
  GetMarginSubtraderGroups,
  ListMarginFcmApiKeys,
  UpdateMarginSubtraderGroup,
} from "../../../contract/klear/operations.ts";
import { ApiError } from "../../api_error.ts";
import type { KlearHouse } from "../../klear/house.ts";
import type { BoundKey, KlearMember } from "../../klear/model.ts";
import { Fields, invalid, text, uuid } from "../rest/read.ts";
import { type Call, route } from "../rest/route.ts";
import { askedOf } from "./margin.ts";

/** The subtraders that a group is to have. */
function membersOf(call: Call, { groups, account }: KlearMember, own: string | undefined): string[] {
  const ids = new Fields(call.body).raw("subtrader_ids");
  if (!Array.isArray(ids) || ids.length === 0 || ids.some((id) => typeof id !== "string" || id === "")) {
    throw invalid("subtrader_ids takes one or more of them");
  }
  const { house: { margin } } = askedOf(call);
  for (const id of ids) {
    if (id !== account.id && margin.subtraders.find(account, id) === undefined) {
      throw new ApiError("not_found");
    }
    const other = [...groups.values()].find((group) => group.id !== own && group.members.includes(id));
    if (other !== undefined) throw new ApiError("conflict", `${id} is in group ${other.id}`);
  }
  return [...new Set<string>(ids)];
}

/** Binds a new key to a subtrader. */
function bind(call: Call, { margin, random }: KlearHouse, member: KlearMember): BoundKey {
  const fields = new Fields(call.body);
  const name = fields.requiredText("name");
  const subtraderId = fields.requiredText("fcm_subtrader_id");
  const { account, keys } = member;
  if (
    !subtraderId.startsWith(`${account.id}_`) ||
    !/^[a-z0-9]{1,16}$/.test(subtraderId.slice(account.id.length + 1))
  ) {
    throw invalid(`fcm_subtrader_id must be ${account.id}_ and 1 to 16 of a-z and 0-9`);
  }
  if (margin.subtraders.find(account, subtraderId) === undefined) {
    throw new ApiError("conflict", "the subtrader is not in the credential registry yet");
  }
  const key = { id: random.uuid(), name, subtraderId };
  keys.set(key.id, key);
  return key;
}

/** What to mind of a key: that its subtrader has no cap on initial margin at any scope. */
function warningOf({ margin }: KlearHouse, { account }: KlearMember, { subtraderId }: BoundKey) {
  const isCapped = margin.subtraders.caps(account, { subtraderId }).length > 0;
  return isCapped ? {} : { warning: "no initial margin cap is configured for this subtrader" };
}

export const klearFcmRoutes = [
  route(GetMarginSubtraderGroups, (call) => ({
    groups: [...askedOf(call).member.groups.values()].map(({ id, members }) => ({
      group_id: id,
      member_subtrader_ids: [...members],
    })),
  })),
  route(CreateMarginSubtraderGroup, (call) => {
    const { house, member } = askedOf(call);
    const members = membersOf(call, member, undefined);
    const id = house.random.uuid();
    member.groups.set(id, { id, members });
    return { group_id: id };
  }),
  route(UpdateMarginSubtraderGroup, (call) => {
    const { member } = askedOf(call);
    const group = member.groups.get(uuid("group_id", call.path.group_id));
    if (group === undefined) throw new ApiError("not_found");
    group.members = membersOf(call, member, group.id);
    return undefined;
  }),
  route(DeleteMarginSubtraderGroup, (call) => {
    askedOf(call).member.groups.delete(uuid("group_id", call.path.group_id));
    return undefined;
  }),
  route(ListMarginFcmApiKeys, (call) => {
    const only = text(call, "fcm_subtrader_id");
    const keys = [...askedOf(call).member.keys.values()];
    return {
      api_keys: keys.filter(({ subtraderId }) => only === undefined || subtraderId === only)
        .map(({ id, name, subtraderId }) => ({ api_key_id: id, name, fcm_subtrader_id: subtraderId })),
    };
  }),
  route(CreateMarginFcmApiKey, (call) => {
    const { house, member } = askedOf(call);
    if (!new Fields(call.body).requiredText("public_key").includes("-----BEGIN PUBLIC KEY-----")) {
      throw new ApiError("invalid_public_key", "expected a PEM encoded public key");
    }
    const key = bind(call, house, member);
    return { api_key_id: key.id, ...warningOf(house, member, key) };
  }),
  route(GenerateMarginFcmApiKey, (call) => {
    const { house, member } = askedOf(call);
    const key = bind(call, house, member);
    // The gateway makes it: that takes time, and no state keeps it.
    return { api_key_id: key.id, private_key: "", ...warningOf(house, member, key) };
  }),
  route(DeleteMarginFcmApiKey, (call) => {
    if (!askedOf(call).member.keys.delete(uuid("api_key_id", call.path.api_key_id))) {
      throw new ApiError("not_found");
    }
    return undefined;
  }),
];
