/** The subtraders of a futures commission merchant, and caps on the initial margin of each. They do not trade. */
import type { Account } from "../engine/model.ts";
import type { AssetClass } from "./model.ts";

/** What a cap is about: a market, a class of what markets follow, or everything. */
export interface CapScope {
  readonly ticker?: string | undefined;
  readonly assetClass?: AssetClass | undefined;
}

/** A cap on the initial margin of a subtrader. */
export interface SubtraderCap extends CapScope {
  readonly subtraderId: string;
  /** In money. */
  readonly cap: number;
}

/** A customer of a futures commission merchant. */
export interface MarginSubtrader {
  readonly id: string;
  /** Whether its ordinary orders need a cap of their asset class. */
  readonly requiresCategoryCap: boolean;
}

const keyOf = ({ ticker, assetClass }: CapScope): string => `${ticker ?? ""} ${assetClass ?? ""}`;

/** The subtraders of one exchange. */
export class MarginSubtraders {
  readonly #subtraders = new WeakMap<Account, Map<string, MarginSubtrader>>();
  readonly #caps = new WeakMap<MarginSubtrader, Map<string, SubtraderCap>>();

  /** Makes an account a subtrader; undefined where it has one of this name. */
  create(account: Account, suffix: string, requiresCategoryCap: boolean): MarginSubtrader | undefined {
    const subtraders = this.#of(account);
    const id = `${account.id}_${suffix}`;
    if (subtraders.has(id)) return undefined;
    const subtrader = { id, requiresCategoryCap };
    subtraders.set(id, subtrader);
    return subtrader;
  }

  /** A subtrader of an account. */
  find(account: Account, id: string): MarginSubtrader | undefined {
    return this.#of(account).get(id);
  }

  /** Sets the cap of a scope. */
  setCap(subtrader: MarginSubtrader, { ticker, assetClass }: CapScope, cap: number): void {
    let caps = this.#caps.get(subtrader);
    if (caps === undefined) this.#caps.set(subtrader, caps = new Map());
    caps.set(keyOf({ ticker, assetClass }), { subtraderId: subtrader.id, ticker, assetClass, cap });
  }

  /** Deletes the cap of a scope; false where there is none. */
  deleteCap(subtrader: MarginSubtrader, scope: CapScope): boolean {
    return this.#caps.get(subtrader)?.delete(keyOf(scope)) ?? false;
  }

  /** The caps of an account's subtraders: of one, of a market or of an asset class, where told. */
  caps(
    account: Account,
    { subtraderId, ticker, assetClass }: CapScope & { readonly subtraderId?: string | undefined } = {},
  ): SubtraderCap[] {
    return [...this.#of(account).values()]
      .filter(({ id }) => subtraderId === undefined || id === subtraderId)
      .flatMap((subtrader) => [...this.#caps.get(subtrader)?.values() ?? []])
      .filter((cap) =>
        (ticker === undefined || cap.ticker === ticker) &&
        (assetClass === undefined || cap.assetClass === assetClass)
      );
  }

  #of(account: Account): Map<string, MarginSubtrader> {
    let subtraders = this.#subtraders.get(account);
    if (subtraders === undefined) this.#subtraders.set(account, subtraders = new Map());
    return subtraders;
  }
}
