/** The close codes of a WebSocket that are used here: https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
export const closeCodes = {
  normal: 1000,
  protocolError: 1002,
  /** Never sent: the close frame had none. */
  none: 1005,
  /** Never sent: the connection broke without a close frame. */
  abnormal: 1006,
  notUtf8: 1007,
  tooBig: 1009,
  restart: 1012,
} as const;
