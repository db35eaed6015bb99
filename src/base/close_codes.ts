/** The close codes of a WebSocket that are used here: https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
export const closeCodes = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  notTaken: 1003,
  /** Never sent: the close frame had none. */
  none: 1005,
  /** Never sent: the connection broke without a close frame. */
  abnormal: 1006,
  notUtf8: 1007,
  refused: 1008,
  tooBig: 1009,
  internalError: 1011,
  restart: 1012,
  tryAgainLater: 1013,
} as const;
