/** Compares what a manager knows with what the exchange says. */
import type { Context } from "./context.ts";
import type { ToldOrder } from "./port.ts";
import { TrackedOrder } from "./tracked.ts";
import type { QuoteEvent } from "./types.ts";

/** How often positions are read anew where something traded meanwhile. */
const TRIES = 5;

type Why = Extract<QuoteEvent, { type: "reconciled" }>["why"];

/** What a comparison found. */
interface Found {
  adopted: number;
  gone: number;
}

/** Brings orders and positions up to date. */
export class Reconciler {
  readonly #context: Context;
  readonly #changed: () => void;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(context: Context, changed: () => void) {
    this.#context = context;
    this.#changed = changed;
  }

  /** Compares; a call while one runs waits for another one, which begins after it. */
  run(why: Why): Promise<void> {
    if (this.#running === undefined) {
      const running = this.#compare(why).finally(() => this.#running = undefined);
      return this.#running = running;
    }
    this.#next ??= this.#running.catch(() => {}).then(() => {
      this.#next = undefined;
      return this.run(why);
    });
    return this.#next;
  }

  async #compare(why: Why): Promise<void> {
    const { port, desk } = this.#context;
    const found: Found = { adopted: 0, gone: 0 };
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const changes = desk.ledger.changes;
      const isBefore = this.#snapshot();
      const unsure = new Set<string>();
      const before = await port.resting();
      const positions = await port.positions();
      const after = await port.resting();
      const isQuiet = changes === desk.ledger.changes && fillsOf(before) === fillsOf(after);
      // What an order has filled that something is under way for may be in the positions, and not known yet.
      for (const order of desk.orders) if (!isBefore(order)) unsure.add(order.market.ticker);
      const taken = await this.#merge(after, isBefore, found);
      // Positions are those of the orders' fills only where nothing traded while they were read.
      if (isQuiet && desk.ledger.changes === changes + taken) {
        for (const ticker of new Set([...desk.ledger.tickers, ...positions.keys()])) {
          if (!unsure.has(ticker)) desk.ledger.setPosition(ticker, positions.get(ticker) ?? 0);
        }
        break;
      }
    }
    this.#context.emit({ type: "reconciled", why, ...found });
    this.#changed();
  }

  /** Which orders rest with nothing under way; what is sent later is newer than what is read now. */
  #snapshot(): (order: TrackedOrder) => boolean {
    const touched = new Map<TrackedOrder, number>();
    for (const order of this.#context.desk.orders) {
      if (order.phase.kind === "resting") touched.set(order, order.touched);
    }
    return (order) => order.phase.kind === "resting" && touched.get(order) === order.touched;
  }

  /** Takes a list of what rests; gives how many orders had filled more than was known. */
  async #merge(
    resting: readonly ToldOrder[],
    isBefore: (order: TrackedOrder) => boolean,
    found: Found,
  ): Promise<number> {
    const { desk, ids } = this.#context;
    let taken = 0;
    const listed = new Set<TrackedOrder>();
    for (const told of resting) {
      const order = desk.find(told.orderId, told.clientOrderId);
      if (order?.phase.kind === "done") {
        if (await this.revive(told)) found.adopted++;
      } else if (order !== undefined) {
        listed.add(order);
        if (isBefore(order) && desk.take(order, told).filledBy > 0) taken++;
      } else if (ids.isOwn(told.clientOrderId) && await this.adopt(told)) found.adopted++;
    }
    for (const order of [...desk.orders]) {
      if (listed.has(order) || !isBefore(order)) continue;
      const { filledBy, ended } = await this.#ask(order);
      if (filledBy > 0) taken++;
      if (ended) found.gone++;
    }
    return taken;
  }

  /** Asks for an order that is not listed. */
  async #ask(order: TrackedOrder): Promise<{ readonly ended: boolean; readonly filledBy: number }> {
    const { port, desk, emit } = this.#context;
    const { orderId, id: clientOrderId, market: { ticker }, sinceMs } = order;
    const told = await port.find({ orderId, clientOrderId, ticker, sinceMs });
    const isNews = told !== undefined && order.phase.kind === "resting";
    if (!isNews) return { ended: false, filledBy: 0 };
    const result = desk.take(order, told);
    if (result.ended && told.filled < order.total) {
      emit({ type: "gone", order: order.shown(), reason: told.reason });
    }
    return result;
  }

  /** An order is listed that was thought to have ended: takes it over if it rests indeed. */
  async revive(told: ToldOrder): Promise<boolean> {
    const { port, desk } = this.#context;
    const { orderId, clientOrderId, ticker } = told;
    const now = await port.find({ orderId, clientOrderId, ticker, sinceMs: 0 });
    const order = desk.find(orderId, clientOrderId);
    if (now === undefined || !now.isOpen || order?.phase.kind !== "done") return false;
    desk.take(order, now);
    desk.forget(order);
    return await this.adopt(now);
  }

  /** Takes over an order that is known by its id alone; false where it was taken over meanwhile. */
  async adopt(told: ToldOrder): Promise<boolean> {
    const { port, desk, emit, clock, groups, settings } = this.#context;
    const { ticker, side, price, filled, remaining, clientOrderId, orderId } = told;
    if (!desk.markets.has(ticker)) {
      const market = await port.market(ticker);
      if (!desk.markets.has(ticker)) desk.open(market);
    }
    const entry = desk.markets.get(ticker);
    // Looking for the market took its time.
    if (entry === undefined || desk.find(orderId, clientOrderId) !== undefined) return false;
    if (entry.adoptUntilMs === 0) entry.adoptUntilMs = clock.now() + settings.adoptMs;
    const lane = entry[side];
    const version = { id: clientOrderId, price, total: filled + remaining };
    const order = new TrackedOrder({ market: entry.market, side, sinceMs: clock.now() }, version, {
      kind: "resting",
    });
    order.orderId = orderId;
    // What it filled before is in the position that was read.
    order.filled = filled;
    if (told.cash !== undefined) order.cash = told.cash;
    desk.add(lane, order);
    if (told.orderGroupId !== undefined) groups.found(told.orderGroupId, entry.market.exchangeIndex);
    emit({ type: "adopted", order: order.shown() });
    return true;
  }
}

/** What each order has filled: two lists that say the same had no trade between them. */
function fillsOf(orders: readonly ToldOrder[]): string {
  return orders.map(({ orderId, filled }) => `${orderId} ${filled}`).sort().join("\n");
}
