/** Where Kalshi's protocols are below its host. */

/** The root of the REST paths. */
export const REST_ROOT = "/trade-api/v2";

/** Where the WebSocket is. */
export const WS_PATH = "/trade-api/ws/v2";
