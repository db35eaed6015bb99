/** Cash that moves without a trade: deposits, withdrawals, transfers between subaccounts, shards and instances. */
import type { Engine } from "../engine/engine.ts";
import type { Account, Wallet } from "../engine/model.ts";
import type { Random } from "../random.ts";

/** Cash that came in or went out. */
export interface Movement {
  readonly id: string;
  readonly amount: number;
  readonly at: number;
}

/** Cash moved between subaccounts of a shard. */
export interface SubaccountTransfer {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly amount: number;
  readonly shard: number;
  readonly at: number;
}

/** A product of Kalshi with cash of its own. */
export type Instance = "event_contract" | "margined";

/** One end of an instance transfer. */
export interface TransferEnd {
  readonly instance: Instance;
  readonly shard: number;
  readonly subaccount: number;
}

/** Cash moved between shards or instances. */
export interface InstanceTransfer {
  readonly id: string;
  readonly from: TransferEnd;
  readonly to: TransferEnd;
  readonly amount: number;
  readonly at: number;
  complete: boolean;
}

/** How an account wants its cash spread over shards. */
export interface Allocation {
  readonly shares: readonly { readonly shard: number; readonly percent: number }[];
  readonly reservation: "sum" | "max" | "none";
}

/** What is kept for one account. */
export interface CashLedger {
  readonly deposits: Movement[];
  readonly withdrawals: Movement[];
  readonly subaccountTransfers: SubaccountTransfer[];
  readonly instanceTransfers: InstanceTransfer[];
  readonly usedTransferIds: Set<string>;
  readonly netting: Map<number, boolean>;
  /** Cash on the margin exchange. */
  margined: number;
  allocation: Allocation;
}

const PROCESSING_MS = 500;
const REBALANCE_MS = 10_000;

/** What a treasury must be told of the exchange that it is of. */
export interface TreasuryTerms {
  /** What of a wallet can be moved away. */
  spendable(wallet: Wallet): number;
  /** The cash that an account has on the margin exchange; undefined where there is no such exchange. */
  margined(account: Account, subaccount: number): MarginedCash | undefined;
}

/** Cash on the margin exchange. */
export interface MarginedCash {
  readonly spendable: number;
  /** Pays in, or out with a negative amount. */
  move(amount: number): void;
}

const plainTerms: TreasuryTerms = { spendable: ({ available }) => available, margined: () => undefined };

/** The treasury of one exchange. */
export class Treasury {
  readonly #engine: Engine;
  readonly #random: Random;
  readonly #terms: TreasuryTerms;
  readonly #ledgers = new WeakMap<Account, CashLedger>();

  constructor(engine: Engine, random: Random, terms: Partial<TreasuryTerms> = {}) {
    this.#engine = engine;
    this.#random = random;
    this.#terms = { ...plainTerms, ...terms };
  }

  /** What is kept for an account. */
  ledgerOf(account: Account): CashLedger {
    let ledger = this.#ledgers.get(account);
    if (ledger === undefined) {
      ledger = {
        deposits: [],
        withdrawals: [],
        subaccountTransfers: [],
        instanceTransfers: [],
        usedTransferIds: new Set(),
        netting: new Map(),
        margined: 0,
        allocation: { shares: [], reservation: "sum" },
      };
      this.#ledgers.set(account, ledger);
    }
    return ledger;
  }

  /** Pays cash in, or out with a negative amount. */
  move(wallet: Wallet, amount: number): void {
    wallet.account.subaccounts.add(wallet.subaccount);
    this.#engine.deposit(wallet, amount);
    const ledger = this.ledgerOf(wallet.account);
    const movement = { id: this.#random.uuid(), amount: Math.abs(amount), at: this.#engine.now };
    (amount < 0 ? ledger.withdrawals : ledger.deposits).push(movement);
  }

  /** Moves cash between two subaccounts of a shard; false when there is not enough. */
  transfer(account: Account, from: number, to: number, amount: number, shard: number): boolean {
    const source = account.wallet(from, shard);
    if (this.#terms.spendable(source) < amount) return false;
    this.#shift(source, account.wallet(to, shard), amount);
    this.ledgerOf(account).subaccountTransfers.push({
      id: this.#random.uuid(),
      from,
      to,
      amount,
      shard,
      at: this.#engine.now,
    });
    return true;
  }

  /** Starts moving cash between shards or instances; undefined when there is not enough. */
  transferInstance(
    account: Account,
    from: TransferEnd,
    to: TransferEnd,
    amount: number,
  ): InstanceTransfer | undefined {
    const ledger = this.ledgerOf(account);
    const margined = (end: TransferEnd) => this.#terms.margined(account, end.subaccount) ?? onPaper(ledger);
    if (from.instance === "margined") {
      const source = margined(from);
      if (source.spendable < amount) return undefined;
      source.move(-amount);
    } else {
      const source = account.wallet(from.subaccount, from.shard);
      if (source.available < amount) return undefined;
      this.#engine.deposit(source, -amount);
    }
    const transfer: InstanceTransfer = {
      id: this.#random.uuid(),
      from,
      to,
      amount,
      at: this.#engine.now,
      complete: false,
    };
    ledger.instanceTransfers.push(transfer);
    this.#engine.schedule.add(this.#engine.now + PROCESSING_MS, () => {
      if (to.instance === "margined") margined(to).move(amount);
      else this.#engine.deposit(account.wallet(to.subaccount, to.shard), amount);
      transfer.complete = true;
    });
    return transfer;
  }

  /** Sets how an account's free cash is spread over shards, which happens every ten seconds from now on. */
  allocate(account: Account, allocation: Allocation): void {
    const ledger = this.ledgerOf(account);
    const isRunning = ledger.allocation.shares.length > 0;
    ledger.allocation = allocation;
    if (!isRunning && allocation.shares.length > 0) this.#schedule(account, ledger);
  }

  #schedule(account: Account, ledger: CashLedger): void {
    this.#engine.schedule.add(this.#engine.now + REBALANCE_MS, () => {
      if (ledger.allocation.shares.length === 0) return;
      this.#rebalance(account, ledger.allocation);
      this.#schedule(account, ledger);
    });
  }

  #rebalance(account: Account, { shares }: Allocation): void {
    const wallets = shares.map(({ shard, percent }) => ({ wallet: account.wallet(0, shard), percent }));
    const free = wallets.reduce((sum, { wallet }) => sum + wallet.available, 0);
    // Whole cents, so that nothing is lost to rounding; what is left over stays where it is.
    const wanted = wallets.map(({ wallet, percent }) =>
      Math.floor(free * percent / 1_000_000) * 10_000 - wallet.available
    );
    wallets.forEach(({ wallet }, index) => {
      let missing = wanted[index] ?? 0;
      wallets.forEach((source, other) => {
        const surplus = -(wanted[other] ?? 0);
        const amount = Math.min(missing, surplus);
        if (amount < 10_000) return;
        this.#shift(source.wallet, wallet, amount);
        wanted[other] = (wanted[other] ?? 0) + amount;
        missing -= amount;
      });
      if ((wanted[index] ?? 0) > 0) wanted[index] = missing;
    });
  }

  #shift(from: Wallet, to: Wallet, amount: number): void {
    this.#engine.deposit(from, -amount);
    this.#engine.deposit(to, amount);
  }
}

/** Cash of a margin exchange that is not there: it waits in the ledger. */
const onPaper = (ledger: CashLedger): MarginedCash => ({
  spendable: ledger.margined,
  move: (amount) => void (ledger.margined += amount),
});
