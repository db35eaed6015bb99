/**
 * Checks of every payload of Kalshi's REST API and WebSocket.
 *
 * For each payload `X` there is `parseX(value)`, which returns the value itself or throws a
 * KalshiDecodeError with the path of the first difference, and `safeParseX(value)`, which returns the
 * difference. Names of the WebSocket's frames are under `ws`, those of the margin exchange under `perps` and
 * `perpsWs`, those of Klear under `klear`.
 *
 * What the exchange sends may hold fields and enum values that are not known yet: they pass. So does `null` in
 * an optional field, and in place of a list, which `parseX` and `safeParseX` turn into the empty list that the type
 * promises. What is sent to the exchange is checked to the letter.
 *
 * @example
 * ```ts
 * import { parseMarket, safeParseMarket } from "@unofficial/kalshi/schemas";
 *
 * const stored: unknown = JSON.parse("{}");
 * const result = safeParseMarket(stored);
 * if (!result.success) console.log(result.difference.path); // "ticker"
 * else console.log(parseMarket(stored).status);
 * ```
 *
 * @module
 */
export * from "./event/schemas.ts";
export * as ws from "./event/channel_schemas.ts";
export * as perps from "./perps/schemas.ts";
export * as perpsWs from "./perps/channel_schemas.ts";
export * as klear from "./klear/schemas.ts";
export { describeDifference } from "./validation.ts";
export type { ParseResult, ResponseCheck, SchemaDifference } from "./validation.ts";
export type { Open } from "../base/open.ts";
