/** Isolated positions: each in a pocket of its own, with cash that is all it can lose. */
import type { Engine } from "../engine/engine.ts";
import type { Account, Holding, Side, Wallet } from "../engine/model.ts";
import type { OrderRequest, Placed, Rejection } from "../engine/requests.ts";
import type { MarginCatalog } from "./catalog.ts";
import { isIsolated, ISOLATED_FROM, type MarginMarketInfo } from "./model.ts";

/** What to trade of an isolated position. */
export interface IsolatedTrade {
  readonly side: Side;
  readonly price: number;
  readonly count: number;
  /** Cash that comes into the pocket for it. */
  readonly margin: number;
}

/** The isolated positions of one exchange. */
export class IsolatedPositions {
  readonly #engine: Engine;
  readonly #catalog: MarginCatalog;
  readonly #place: (request: OrderRequest) => Placed | Rejection;
  readonly #due = new Set<Wallet>();

  constructor(
    engine: Engine,
    catalog: MarginCatalog,
    place: (request: OrderRequest) => Placed | Rejection,
  ) {
    this.#engine = engine;
    this.#catalog = catalog;
    this.#place = place;
    engine.watch((event) => {
      if (event.type === "position" && isIsolated(event.holding.wallet)) this.#due.add(event.holding.wallet);
    });
  }

  /** The pocket of an account's isolated position in a market. */
  walletOf(account: Account, info: MarginMarketInfo): Wallet {
    return account.wallet(ISOLATED_FROM + this.#catalog.listed.indexOf(info), 0);
  }

  /** The same, where there has been one. */
  findWallet(account: Account, info: MarginMarketInfo): Wallet | undefined {
    const number = ISOLATED_FROM + this.#catalog.listed.indexOf(info);
    return account.wallets({ subaccount: number })[0];
  }

  /** Takes what the book has at once, with cash of the primary subaccount; the caller has made sure that it is there. */
  trade(account: Account, info: MarginMarketInfo, { margin, ...order }: IsolatedTrade): Placed | Rejection {
    const wallet = this.walletOf(account, info);
    this.#move(account.wallet(0, 0), wallet, margin);
    const placed = this.#place({
      wallet,
      market: info.market,
      clientOrderId: "",
      ...order,
      timeInForce: "immediate_or_cancel",
      selfTradePrevention: "maker",
    });
    this.#due.add(wallet);
    this.run();
    return placed;
  }

  /** Empties the pockets of positions that are closed. */
  run(): void {
    for (const wallet of this.#due) {
      const isOpen = ({ position }: Holding) => position !== 0;
      if (wallet.cash > 0 && ![...wallet.holdings.values()].some(isOpen)) {
        this.#move(wallet, wallet.account.wallet(0, 0), wallet.cash);
      }
    }
    this.#due.clear();
  }

  #move(from: Wallet, to: Wallet, amount: number): void {
    if (amount === 0) return;
    this.#engine.deposit(from, -amount);
    this.#engine.deposit(to, amount);
  }
}
