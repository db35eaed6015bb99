/** What all markets of a tape share. */
import type { Engine } from "../engine/engine.ts";
import type { Market, Side } from "../engine/model.ts";
import type { Crowd } from "./crowd.ts";
import type { QueueModel } from "./queue_models.ts";

/** Where the markets of a tape are played. */
export interface TapeDesk {
  readonly engine: Engine;
  readonly crowd: Crowd;
  readonly queue: QueueModel;
  /** The best price of the recording may have changed on a side, with what that did here. */
  moved(market: Market, side: Side): void;
  /** A price came up that is not on the market's grid. */
  offGrid(market: Market, price: number): void;
}
