/** What happens on the margin exchange, in the order it happens: one stream. */
import type { EngineEvent } from "../engine/events.ts";
import type { Wallet } from "../engine/model.ts";
import type { FundingRate, MarginMarketInfo } from "./model.ts";
import type { ExitTrigger } from "./trigger_model.ts";

/** What happens on the margin exchange: what its engine tells, and what only it knows of. */
export type MarginEvent =
  | EngineEvent
  /** Its index or a mark changed. */
  | { readonly type: "mark"; readonly info: MarginMarketInfo; readonly at: number }
  /** Its version, schedule or multiplier changed. */
  | { readonly type: "terms"; readonly info: MarginMarketInfo; readonly at: number }
  | { readonly type: "funding"; readonly funding: FundingRate }
  /** An exit trigger was set, moved, or ended. */
  | { readonly type: "trigger"; readonly trigger: ExitTrigger; readonly at: number }
  /** A wallet had less than its maintenance margin, and something was done about it. */
  | { readonly type: "liquidation"; readonly wallet: Wallet; readonly at: number };
