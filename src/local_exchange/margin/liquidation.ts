/**
 * Liquidation: a wallet that has less than its maintenance margin at the liquidation marks loses its orders, and then a
 * quarter of a position each second, at the market, until it has enough again. What nobody takes, and everything of a
 * wallet that has nothing left, goes to the insurance fund at the liquidation mark; the fund pays what is missing.
 *
 * @module
 */
import { opposite, type Side } from "../engine/book.ts";
import type { Engine } from "../engine/engine.ts";
import type { Account, Holding, Wallet } from "../engine/model.ts";
import { COUNT_ONE, MONEY_ONE } from "../units.ts";
import { coverAt } from "./accounts_view.ts";
import type { MarginCatalog } from "./catalog.ts";
import { maintenanceOf } from "./margin_clearing.ts";
import { canTrade, priceBeyond } from "./system_orders.ts";

const STEP_MS = 1_000;
/** A step closes so much of a position: one part of these. */
const STEP_PARTS = 4;
/** After so many steps in which nobody took anything the fund does. */
const MOST_IDLE_STEPS = 5;
const FUND = 100_000_000 * MONEY_ONE;

/** What liquidation must be told of the exchange. */
export interface LiquidationHost {
  readonly engine: Engine;
  readonly catalog: MarginCatalog;
  /** Whether a wallet is held to its margin: the exchange's own are not. */
  isHeld(wallet: Wallet): boolean;
  /** Told when something is done about a wallet. */
  onLiquidation(wallet: Wallet): void;
  /** Told after a step that comes by itself. */
  onStep(): void;
}

/** A wallet that is being liquidated. */
interface Case {
  nextAt: number;
  idle: number;
}

/** The liquidation of one exchange. */
export class Liquidation {
  readonly #host: LiquidationHost;
  readonly #cases = new Map<Wallet, Case>();
  readonly #due = new Set<Wallet>();
  #fund: Account | undefined;

  constructor(host: LiquidationHost) {
    this.#host = host;
  }

  /** The account of the insurance fund; undefined before it had to do anything. */
  get fund(): Account | undefined {
    return this.#fund;
  }

  /** Whether a wallet is being liquidated. */
  isUnderWay(wallet: Wallet): boolean {
    return this.#cases.has(wallet);
  }

  /** A wallet may have less than it needs: it is looked at with {@linkcode run}. */
  look(wallet: Wallet): void {
    if (this.#host.isHeld(wallet)) this.#due.add(wallet);
  }

  /** Does what is due; false where nothing was. */
  run(): boolean {
    const [wallet] = this.#due;
    if (wallet === undefined) return false;
    this.#due.delete(wallet);
    this.#check(wallet);
    return true;
  }

  #check(wallet: Wallet): void {
    const { engine, catalog, onLiquidation } = this.#host;
    const { equity, maintenance } = coverAt(wallet, catalog);
    if (equity >= maintenance) return void this.#cases.delete(wallet);
    const known = this.#cases.get(wallet);
    if (equity <= 0) {
      this.#dropOrders(wallet);
      onLiquidation(wallet);
      return this.#close(wallet);
    }
    if (known !== undefined && known.nextAt > engine.now) return;
    const own = known ?? { nextAt: 0, idle: 0 };
    this.#cases.set(wallet, own);
    own.nextAt = engine.now + STEP_MS;
    engine.schedule.add(own.nextAt, () => {
      this.look(wallet);
      this.#host.onStep();
    });
    this.#dropOrders(wallet);
    onLiquidation(wallet);
    this.#step(wallet, own);
    this.#due.add(wallet);
  }

  #dropOrders({ holdings }: Wallet): void {
    for (const { bids, asks } of holdings.values()) {
      for (const order of [...bids.orders, ...asks.orders]) this.#host.engine.cancel(order, "unpaid");
    }
  }

  /** Closes a part of what needs most. */
  #step(wallet: Wallet, own: Case): void {
    const { catalog, engine } = this.#host;
    const needOf = (holding: Holding) => {
      const info = catalog.infoOf(holding.market);
      return maintenanceOf(info, Math.abs(holding.position) * info.liquidationMark.price);
    };
    const tradable = openOf(wallet).filter(({ market }) => canTrade(engine, market));
    const [holding] = tradable.sort((a, b) => needOf(b) - needOf(a));
    // A market that is closed closes nothing.
    if (holding === undefined) return;
    const { position, market } = holding;
    const size = Math.abs(position);
    const part = Math.min(size, Math.max(COUNT_ONE, Math.ceil(size / STEP_PARTS / COUNT_ONE) * COUNT_ONE));
    const side = closingSide(holding);
    const placed = engine.place({
      wallet,
      market,
      clientOrderId: "",
      side,
      price: priceBeyond(catalog.infoOf(market), side),
      count: part,
      timeInForce: "immediate_or_cancel",
      selfTradePrevention: "maker",
      reduceOnly: true,
      origin: "liquidation",
    });
    own.idle = "rejected" in placed || placed.filled === 0 ? own.idle + 1 : 0;
    if (own.idle < MOST_IDLE_STEPS) return;
    own.idle = 0;
    this.#takeOver(holding);
  }

  /** Closes everything, with the fund, which pays what is missing. */
  #close(wallet: Wallet): void {
    for (const holding of openOf(wallet)) this.#takeOver(holding);
    this.#cases.delete(wallet);
    if (wallet.cash >= 0) return;
    const { engine } = this.#host;
    const missing = -wallet.cash;
    engine.deposit(this.#fundWallet(), -missing);
    engine.deposit(wallet, missing);
  }

  #takeOver(holding: Holding): void {
    const { engine, catalog } = this.#host;
    const { wallet, market, position } = holding;
    const { liquidationMark: { price }, tick } = catalog.infoOf(market);
    const takerSide = closingSide(holding);
    const parties = { [takerSide]: wallet, [opposite(takerSide)]: this.#fundWallet() } as Record<
      Side,
      Wallet
    >;
    const traded = engine.block(market, parties, {
      price: Math.max(1, Math.round(price / tick)) * tick,
      count: Math.abs(position),
      takerSide,
      origin: "liquidation",
    });
    if ("rejected" in traded) {
      throw new Error(`The insurance fund could not take a position: ${traded.rejected}`);
    }
  }

  #fundWallet(): Wallet {
    const { engine } = this.#host;
    const wallet = (this.#fund ??= engine.open(1)).wallet(0, 0);
    // It never runs dry.
    while (wallet.available < FUND / 2) engine.deposit(wallet, FUND);
    return wallet;
  }
}

const openOf = ({ holdings }: Wallet): Holding[] =>
  [...holdings.values()].filter(({ position }) => position !== 0);

const closingSide = ({ position }: Holding): Side => position > 0 ? "ask" : "bid";
