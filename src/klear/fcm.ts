/**
 * What a clearing member that is an FCM does for its subtraders: Kalshi's tag `fcm` of Klear.
 *
 * @module
 */
import {
  CreateMarginFcmApiKey,
  CreateMarginSubtraderGroup,
  DeleteMarginFcmApiKey,
  DeleteMarginSubtraderGroup,
  GenerateMarginFcmApiKey,
  GetMarginSubtraderGroups,
  ListMarginFcmApiKeys,
  type ListMarginFcmApiKeysParams,
  UpdateMarginSubtraderGroup,
} from "../contract/klear/operations.ts";
import type {
  CreateMarginFcmApiKeyRequest,
  CreateMarginFcmApiKeyResponse,
  CreateMarginSubtraderGroupRequest,
  GenerateMarginFcmApiKeyRequest,
  GenerateMarginFcmApiKeyResponse,
  MarginFcmApiKey,
  MarginSubtraderGroup,
  UpdateMarginSubtraderGroupRequest,
} from "../contract/klear/types.ts";
import { callFor, callForList, callForNothing, callWith } from "../http/call_operation.ts";
import { endOnce } from "../http/end_once.ts";
import type { CallOptions } from "../http/call_options.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.fcm.subtraderGroups` */
export class KlearSubtraderGroups extends Namespace {
  /**
   * Groups of subtraders, each of which is margined as one portfolio at every settlement.
   *
   * @see https://docs.kalshi.com/api-reference/get-subtrader-groups
   */
  async list(options?: CallOptions): Promise<MarginSubtraderGroup[]> {
    return await callForList(this.http, GetMarginSubtraderGroups, "groups", undefined, options);
  }

  /**
   * Makes a group, and gives its id.
   *
   * @param body `subtrader_ids`: one or more, none of which is in a group yet.
   * @throws {KalshiConflictError} when one of them is in another group.
   * @see https://docs.kalshi.com/api-reference/create-subtrader-group
   */
  async create(body: CreateMarginSubtraderGroupRequest, options?: CallOptions): Promise<string> {
    return await callFor(this.http, CreateMarginSubtraderGroup, "group_id", undefined, options, body);
  }

  /**
   * Puts these subtraders in the place of a group's.
   *
   * @throws {KalshiNotFoundError} when there is no such group.
   * @throws {KalshiConflictError} when one of them is in another group.
   * @see https://docs.kalshi.com/api-reference/update-subtrader-group
   */
  async update(
    groupId: string,
    body: UpdateMarginSubtraderGroupRequest,
    options?: CallOptions,
  ): Promise<void> {
    await callForNothing(this.http, UpdateMarginSubtraderGroup, { group_id: groupId }, options, body);
  }

  /**
   * Takes a group apart. One that there is not any more is no error.
   *
   * @see https://docs.kalshi.com/api-reference/delete-subtrader-group
   */
  async delete(groupId: string, options?: CallOptions): Promise<void> {
    await endOnce(callForNothing(this.http, DeleteMarginSubtraderGroup, { group_id: groupId }, options));
  }
}

/** `client.fcm.apiKeys` */
export class KlearApiKeys extends Namespace {
  /**
   * API keys that are bound to a subtrader: of all of them, or of one.
   *
   * @see https://docs.kalshi.com/api-reference/list-subtrader-bound-api-keys
   */
  async list(params: ListMarginFcmApiKeysParams = {}, options?: CallOptions): Promise<MarginFcmApiKey[]> {
    return await callForList(this.http, ListMarginFcmApiKeys, "api_keys", params, options);
  }

  /**
   * Registers a public key of your own for a subtrader, for ever. The key trades for it; no call of this API takes it.
   *
   * @param body `public_key` as PEM. `fcm_subtrader_id` is your account's id, `_`, and 1 to 16 letters and digits.
   * @returns Its id, and a `warning` such as that the subtrader has no cap on initial margin.
   * @throws {KalshiConflictError} while Klear does not know the subtrader yet: try again shortly.
   * @see https://docs.kalshi.com/api-reference/create-subtrader-bound-api-key
   */
  async create(
    body: CreateMarginFcmApiKeyRequest,
    options?: CallOptions,
  ): Promise<CreateMarginFcmApiKeyResponse> {
    return await callWith(this.http, CreateMarginFcmApiKey, "api_key_id", undefined, options, body);
  }

  /**
   * Has Kalshi make a key pair for a subtrader. The private key is in this answer alone: keep it.
   *
   * @throws {KalshiConflictError} while Klear does not know the subtrader yet: try again shortly.
   * @see https://docs.kalshi.com/api-reference/generate-subtrader-bound-api-key
   */
  async generate(
    body: GenerateMarginFcmApiKeyRequest,
    options?: CallOptions,
  ): Promise<GenerateMarginFcmApiKeyResponse> {
    return await callWith(this.http, GenerateMarginFcmApiKey, "private_key", undefined, options, body);
  }

  /**
   * Removes a key for good, and ends what is open with it.
   *
   * @throws {KalshiNotFoundError} when there is no such key.
   * @see https://docs.kalshi.com/api-reference/delete-subtrader-bound-api-key
   */
  async delete(apiKeyId: string, options?: CallOptions): Promise<void> {
    await endOnce(callForNothing(this.http, DeleteMarginFcmApiKey, { api_key_id: apiKeyId }, options));
  }
}

/** `client.fcm` */
export class KlearFcm extends Namespace {
  /** Groups of subtraders, margined as one portfolio. */
  readonly subtraderGroups: KlearSubtraderGroups = new KlearSubtraderGroups(this.http);
  /** API keys that are bound to a subtrader. */
  readonly apiKeys: KlearApiKeys = new KlearApiKeys(this.http);
}
