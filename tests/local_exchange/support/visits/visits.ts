/** How the operations of a product are visited, one after the other, by two members of one exchange. */
import type { LocalExchange } from "../../../../src/local_exchange/mod.ts";
import type { Session } from "../session.ts";

/** Who visits. */
export interface Visitors {
  readonly exchange: LocalExchange;
  readonly session: Session;
  readonly ownId: string;
  readonly other: Session;
  readonly otherId: string;
}

/** Asks for everything that takes something; what takes nothing is asked for besides. */
export type Visits = (visitors: Visitors) => Promise<void>;
