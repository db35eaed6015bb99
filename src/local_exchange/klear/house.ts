/**
 * A small clearing house beside the margin exchange. It settles with its members once a day, from what their accounts
 * really traded. What it simplifies: an account is a member of one subtrader, itself; what is due is paid out of the
 * settlement balance an hour later, or into it, and no cash of the exchange moves with it; a withdrawal always goes through.
 *
 * @module
 */
import type { Account } from "../engine/model.ts";
import type { MarginExchange } from "../margin/margin_exchange.ts";
import type { AssetClass } from "../margin/model.ts";
import type { Random } from "../random.ts";
import { midnight } from "../world/new_york.ts";
import type { KlearMember, Obligation, SettledFunding, SettlementRun, Withdrawal } from "./model.ts";
import { classOf, fundingOf, maintenanceBefore, positionsSince } from "./settlement.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** Settlement days end at 16:00 in New York. */
const DAY_ENDS = 16 * HOUR;
const DUE_FOR = HOUR;
const PENDING_FOR = MINUTE;
const PROCESSING_FOR = 4 * MINUTE;

/** What a member begins with. */
export interface MemberTerms {
  readonly adminUserId: string;
  readonly tokenHash: string;
  readonly account: string;
  /** In centicents. */
  readonly balance: number;
}

/** One clearing house. */
export class KlearHouse {
  readonly margin: MarginExchange;
  readonly random: Random;
  readonly members = new Map<string, KlearMember>();
  /** Admin users that came back with the exchange's state and whose owners have not asked for them yet. */
  readonly returned = new Set<string>();
  readonly runs: SettlementRun[] = [];
  /** Where its files are fetched from: `http://host:port`. */
  origin = "http://localhost";
  #isRunning = false;

  constructor(margin: MarginExchange, random: Random) {
    this.margin = margin;
    this.random = random;
  }

  /** Makes an account a clearing member; returns undefined where there is no such account. */
  open({ adminUserId, tokenHash, account: id, balance }: MemberTerms): KlearMember | undefined {
    const account: Account | undefined = this.margin.account(id);
    if (account === undefined) return undefined;
    const member: KlearMember = {
      adminUserId,
      tokenHash,
      account,
      since: this.now,
      available: 0,
      locked: 0,
      changes: [],
      obligations: [],
      withdrawals: new Map(),
      groups: new Map(),
      keys: new Map(),
      held: new Map(),
      settledFills: 0,
      settledFunding: 0,
    };
    this.members.set(adminUserId, member);
    if (balance !== 0) this.#change(member, balance, 0, "deposit");
    if (!this.#isRunning) this.#runLater();
    return member;
  }

  get now(): number {
    return this.margin.engine.now;
  }

  /** When the next settlement runs. */
  get nextRun(): number {
    return this.runAfter(this.now);
  }

  /** When the first settlement runs after a time. */
  runAfter(at: number): number {
    const today = midnight(at) + DAY_ENDS;
    return today > at ? today : midnight(at, 1) + DAY_ENDS;
  }

  /** All funding of a member. */
  fundingOf(member: KlearMember): SettledFunding[] {
    return fundingOf(
      this.margin,
      member,
      (at) => this.runs.find((run) => run.at >= at)?.at ?? this.runAfter(at),
    );
  }

  /** Settles with every member now, as each day at its time. */
  settle(): void {
    const { now, margin } = this;
    this.runs.push({
      at: now,
      prices: new Map(margin.listed.map((info) => [info, info.settlementMark.price])),
    });
    for (const member of this.members.values()) this.#settleWith(member);
  }

  /** Takes cash out, in steps that take some minutes; undefined where there is not as much. */
  withdraw(member: KlearMember, amount: number): Withdrawal | undefined {
    if (amount > member.available) return undefined;
    const { schedule } = this.margin.engine;
    const withdrawal: Withdrawal = { id: this.random.uuid(), amount, at: this.now, status: "pending" };
    member.withdrawals.set(withdrawal.id, withdrawal);
    this.#change(member, -amount, amount, "withdrawal_pending", withdrawal.id);
    schedule.add(this.now + PENDING_FOR, () => {
      withdrawal.status = "processing";
      schedule.add(this.now + PROCESSING_FOR, () => {
        withdrawal.status = "processed";
        this.#change(member, 0, -amount, "withdrawal_processed", withdrawal.id);
      });
    });
    return withdrawal;
  }

  #runLater(): void {
    this.#isRunning = true;
    this.margin.engine.schedule.add(this.nextRun, () => {
      this.settle();
      this.#runLater();
    });
  }

  #settleWith(member: KlearMember): void {
    const positions = positionsSince(this.margin, member);
    const funding = this.fundingOf(member).slice(member.settledFunding);
    const classes = new Set<AssetClass>([
      ...positions.map(({ info }) => classOf(info)),
      ...funding.map(({ info }) => classOf(info)),
    ]);
    for (const assetClass of classes) {
      const isOfClass = ({ info }: { readonly info: Parameters<typeof classOf>[0] }) =>
        classOf(info) === assetClass;
      this.#owe(member, assetClass, positions.filter(isOfClass), funding.filter(isOfClass));
    }
    member.held.clear();
    for (const { info, position, maintenance } of positions) {
      if (position !== 0) member.held.set(info, { position, mark: info.settlementMark.price, maintenance });
    }
    member.settledFills = member.account.fills.length;
    member.settledFunding += funding.length;
  }

  #owe(
    member: KlearMember,
    assetClass: AssetClass,
    positions: ReturnType<typeof positionsSince>,
    funding: readonly SettledFunding[],
  ): void {
    const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
    const pnl = sum(positions.map((one) => one.pnl));
    const fees = sum(positions.map((one) => one.fees));
    const maintenance = sum(positions.map((one) => one.maintenance));
    const maintenanceDelta = maintenance - maintenanceBefore(member, assetClass);
    const obligation: Obligation = {
      id: this.random.uuid(),
      assetClass,
      amount: pnl - fees + sum(funding.map(({ amount }) => amount)) - maintenanceDelta,
      pnl,
      fees,
      maintenance,
      maintenanceDelta,
      at: this.now,
      positions: positions.map((one) => ({ ...one, id: this.random.uuid() })),
      funding,
      paidAt: undefined,
      receiveId: this.random.uuid(),
    };
    member.obligations.push(obligation);
    this.margin.engine.schedule.add(this.now + DUE_FOR, () => {
      obligation.paidAt = this.now;
      this.#change(member, obligation.amount, 0, "obligation", obligation.id);
    });
  }

  #change(
    member: KlearMember,
    delta: number,
    lockedDelta: number,
    reason: string,
    transactionId = this.random.uuid(),
  ): void {
    member.available += delta;
    member.locked += lockedDelta;
    member.changes.push({ delta, lockedDelta, reason, transactionId, at: this.now });
  }
}
