/** Block trades: proposed outside the book, accepted by both sides, and traded then. */
import type { Engine } from "../engine/engine.ts";
import type { Account, Order, Wallet } from "../engine/model.ts";
import type { Rejection } from "../engine/requests.ts";
import type { Random } from "../random.ts";
import type { MarketInfo } from "./catalog.ts";

/** A trade proposed outside the book. */
export interface BlockProposal {
  readonly id: string;
  readonly proposer: Account;
  readonly buyer: Account;
  readonly seller: Account;
  readonly info: MarketInfo;
  readonly price: number;
  readonly count: number;
  readonly makerSide: "yes" | "no";
  readonly expiresAt: number;
  readonly createdAt: number;
  updatedAt: number;
  status: "pending" | "executed" | "expired" | "failed";
  buyerWallet: Wallet | undefined;
  sellerWallet: Wallet | undefined;
  buyerAcceptedAt: number | undefined;
  sellerAcceptedAt: number | undefined;
  executedAt: number | undefined;
  buyerOrder: Order | undefined;
  sellerOrder: Order | undefined;
}

/** The terms of a proposal. */
export type BlockTerms = Pick<
  BlockProposal,
  | "proposer"
  | "buyer"
  | "seller"
  | "info"
  | "price"
  | "count"
  | "makerSide"
  | "expiresAt"
  | "buyerWallet"
  | "sellerWallet"
>;

/** The block trades of one exchange. */
export class BlockTrades {
  readonly proposals: BlockProposal[] = [];
  readonly #engine: Engine;
  readonly #random: Random;

  constructor(engine: Engine, random: Random) {
    this.#engine = engine;
    this.#random = random;
  }

  /** Proposes a block trade. */
  propose(terms: BlockTerms): BlockProposal {
    const now = this.#engine.now;
    const proposal: BlockProposal = {
      ...terms,
      id: this.#random.uuid(),
      createdAt: now,
      updatedAt: now,
      status: "pending",
      buyerAcceptedAt: undefined,
      sellerAcceptedAt: undefined,
      executedAt: undefined,
      buyerOrder: undefined,
      sellerOrder: undefined,
    };
    this.proposals.push(proposal);
    this.#engine.schedule.add(proposal.expiresAt, () => {
      if (proposal.status === "pending") proposal.status = "expired";
    });
    return proposal;
  }

  /** Accepts a proposal for one of its sides; with both it trades. Says why where it cannot. */
  accept(proposal: BlockProposal, wallet: Wallet): Rejection | undefined {
    const now = this.#engine.now;
    if (wallet.account === proposal.buyer) {
      proposal.buyerWallet = wallet;
      proposal.buyerAcceptedAt = now;
    } else {
      proposal.sellerWallet = wallet;
      proposal.sellerAcceptedAt = now;
    }
    proposal.updatedAt = now;
    const { info, price, count, makerSide, buyerWallet, sellerWallet, buyerAcceptedAt, sellerAcceptedAt } =
      proposal;
    if (buyerAcceptedAt === undefined || sellerAcceptedAt === undefined) return undefined;
    // Who has accepted has said from which wallet.
    if (buyerWallet === undefined || sellerWallet === undefined) return undefined;
    const takerSide = makerSide === "yes" ? "ask" : "bid";
    const result = this.#engine.block(
      info.market,
      { bid: buyerWallet, ask: sellerWallet },
      { price, count, takerSide },
    );
    if ("rejected" in result) {
      proposal.status = "failed";
      return result;
    }
    proposal.status = "executed";
    proposal.executedAt = now;
    proposal.buyerOrder = result.buyerOrder;
    proposal.sellerOrder = result.sellerOrder;
    return undefined;
  }
}
