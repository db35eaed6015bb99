/** How a recorded or live market moves through the engine. */
export { Crowd, CROWD_ID, crowdClearing, isCrowd } from "./crowd.ts";
export { factsOf, type MarketFacts } from "./facts.ts";
export { type FrameOptions, type TapeFrame, TapeReader } from "./frames.ts";
export type { TapeFees } from "./listing.ts";
export { type QueueModel, queueModels } from "./queue_models.ts";
export { Tape, type TapeCounts, type TapeHalt, type TapeHost, type TapeOptions } from "./tape.ts";
export { PAIRING_MS, type PricedCount, type TapeTrade } from "./tape_market.ts";
