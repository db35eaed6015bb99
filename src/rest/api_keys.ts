/**
 * Keys to the API: Kalshi's tag `api-keys`.
 *
 * @module
 */

import {
  CreateApiKey,
  DeleteApiKey,
  GenerateApiKey,
  GetApiKeys,
  type GetApiKeysParams,
} from "../contract/event/operations.ts";
import type {
  CreateApiKeyRequest,
  CreateApiKeyResponse,
  GenerateApiKeyRequest,
  GenerateApiKeyResponse,
  GetApiKeysResponse,
} from "../contract/event/types.ts";
import type { CallOptions } from "../http/call_options.ts";
import { call, callForNothing, callWith } from "../http/call_operation.ts";
import { endOnce } from "../http/end_once.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.apiKeys` */
export class ApiKeys extends Namespace {
  /**
   * The account's keys, without anything secret. `api_key_region_expiration_ts` is in Unix seconds.
   *
   * @see https://docs.kalshi.com/api-reference/api-keys/get-api-keys
   */
  list(params: GetApiKeysParams = {}, options?: CallOptions): Promise<GetApiKeysResponse> {
    return call(this.http, GetApiKeys, params, options);
  }

  /**
   * Registers the public half of a key pair of your own, as PEM. Needs a high tier.
   *
   * @see https://docs.kalshi.com/api-reference/api-keys/create-api-key
   */
  create(body: CreateApiKeyRequest, options?: CallOptions): Promise<CreateApiKeyResponse> {
    return callWith(this.http, CreateApiKey, "api_key_id", undefined, options, body);
  }

  /**
   * Has Kalshi make a key pair. The answer holds the `private_key`, here and never again: store it safely, and
   * keep it out of logs.
   *
   * @param body `key_type` is `rsa` unless told.
   * @see https://docs.kalshi.com/api-reference/api-keys/generate-api-key
   */
  generate(body: GenerateApiKeyRequest, options?: CallOptions): Promise<GenerateApiKeyResponse> {
    return callWith(this.http, GenerateApiKey, "api_key_id", undefined, options, body);
  }

  /**
   * Deletes a key for good.
   *
   * @param apiKey Its id.
   * @see https://docs.kalshi.com/api-reference/api-keys/delete-api-key
   */
  delete(apiKey: string, options?: CallOptions): Promise<void> {
    return endOnce(callForNothing(this.http, DeleteApiKey, { api_key: apiKey }, options));
  }
}
