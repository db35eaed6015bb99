/**
 * Small recordings, and what a bot gets out of each, worked out on paper.
 *
 * A case is a name, what it runs with, and a table. In its lines stand the time in seconds; what the recording says
 * then; what the bot sends then, each order with a letter; what the exchange does with the bot's orders; and why.
 *
 * Recorded are: `bids 0.40x100 0.39x50, asks 0.45x100`, a whole book (`bids none`); `bid 0.40 -60`, a level that
 * changed; `sold 60 at 0.40` and `bought 5 at 0.45 as t1`, trades by who took; `gap`, frames of the books that are missing;
 * `result yes` and `settled`, how the market ends. In a case with two markets `M2` before one of these says where.
 *
 * What is a cancel and what is a trade is told by the two coming within a second of each other; where a case does not mean
 * that, its lines are further apart.
 *
 * Unless told: the bot has 1000.00 dollars kept at 0.0001, nothing takes time, the queue model is `behind`, takers pay
 * 0.07 x contracts x price x (1 - price), rounded up to 0.0001, and makers nothing.
 */

/** What a case runs with, beside its table. */
export interface CaseSetting {
  /** Queue model. */
  readonly queue?: "behind" | "pro-rata" | "ahead";
  /** What an order takes to the exchange, in milliseconds. */
  readonly orderMs?: number;
  /** The `fee_type` of the series. */
  readonly fees?: "quadratic" | "quadratic_with_maker_fees";
  /** What the bot's balance is a multiple of. */
  readonly precision?: "0.0001" | "0.01";
  /** When the market closes, in seconds. */
  readonly closes?: number;
}

/** A case as it is told. */
export interface Case extends CaseSetting {
  readonly name: string;
  readonly table: string;
}

/** The same cancel in front of and behind the bot, which each queue model places elsewhere. */
const someoneCancels = (fills: string, end: string) => `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: buy 10 at 0.40    |                                      | 100 are ahead
    2 | bid 0.40 +50                         |                      |                                      | 50 are behind
    4 | bid 0.40 -30                         |                      |                                      | 30 of the 150 were cancelled: whose?
    8 | sold 85 at 0.40; bid 0.40 -85        |                      | ${
  fills.padEnd(36)
} | as many of the 85 as are left for A
  end |                                      |                      | ${end.padEnd(36)} |
`;

/** Who sells 60 is told by a trade and by the book, in one order or the other. */
const inEitherOrder = (first: string, second: string) => `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: buy 10 at 0.40    |                                      | 100 are ahead
    2 | bid 0.40 +50                         |                      |                                      | 50 are behind
    3 | ${
  first.padEnd(36)
} |                      |                                      | 40 are ahead: what was sold was ahead of A
    4 | ${
  second.padEnd(36)
} |                      | A bought 5 at 0.40, maker, fee 0     | 40 go ahead of A, 5 are left for it
  end |                                      |                      | A rests 5; position 5; cash 998.00   | 5 x 0.40 = 2.00
`;

/** A bot that holds 10 YES to the end. */
const heldToTheEnd = (result: string, cash: string, why: string) => `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: ioc buy 10 at 0.45| A bought 10 at 0.45, taker, fee 0.1733 | 0.07 x 10 x 0.45 x 0.55 = 0.17325
   20 | result ${
  result.padEnd(29)
} |                      |                                      | the market had closed at 10
   21 | settled                              |                      |                                      |
  end |                                      |                      | position 0; cash ${
  cash.padEnd(19)
} | 1000 - 4.50 - 0.1733 = 995.3267; ${why}
`;

/** All of them. */
export const cases: readonly Case[] = [
  {
    name: "a level of one's own is first in line, for those who come behind it too",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: buy 10 at 0.42    |                                      | nobody else bids 0.42
    2 | bid 0.42 +5                          |                      |                                      | 5 join, behind A
    3 | sold 5 at 0.42; bid 0.42 -5          |                      | A bought 5 at 0.42, maker, fee 0     | A was there first
  end |                                      |                      | A rests 5; position 5; cash 997.90   | 5 x 0.42 = 2.10
    `,
  },
  {
    name: "behind a hundred, a hundred go first",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: buy 10 at 0.40    |                                      | 100 are ahead
    2 | sold 60 at 0.40; bid 0.40 -60        |                      |                                      | 40 are ahead
    3 | bid 0.40 +20                         |                      |                                      | 20 are behind
    4 | sold 45 at 0.40; bid 0.40 -45        |                      | A bought 5 at 0.40, maker, fee 0     | 40 ahead, then 5 of A
    5 | sold 15 at 0.40; bid 0.40 -15        |                      | A bought 5 at 0.40, maker, fee 0     | A is first; 10 go to those behind
  end |                                      |                      | position 10; cash 996.00 | 10 x 0.40 = 4.00
    `,
  },
  {
    name: "trades reach an order in parts, and what is left of it is cancelled",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x6, asks 0.45x100           |                      |                                      |
    1 |                                      | A: buy 10 at 0.40    |                                      | 6 are ahead
    2 | sold 6 at 0.40; bid 0.40 -6          |                      |                                      | nobody is ahead
    3 | bid 0.40 +8                          |                      |                                      | 8 are behind
    4 | sold 4 at 0.40; bid 0.40 -4          |                      | A bought 4 at 0.40, maker, fee 0     | A is first
    5 | sold 3 at 0.40; bid 0.40 -3          |                      | A bought 3 at 0.40, maker, fee 0     |
    6 |                                      | cancel A             | A canceled                           |
    7 | sold 1 at 0.40; bid 0.40 -1          |                      |                                      | A is gone
  end |                                      |                      | position 7; cash 997.20              | 7 x 0.40 = 2.80
    `,
  },
  {
    name: "what was traded is not there to be taken, though the book tells it later",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 | bought 60 at 0.45                    |                      |                                      | 40 are left
  1.2 |                                      | A: ioc buy 100 at 0.45 | A bought 40 at 0.45, taker, fee 0.6930; A canceled | 0.07 x 40 x 0.45 x 0.55 = 0.6930
  1.5 | ask 0.45 -60                         |                      |                                      | those of the trade
  end |                                      |                      | position 40; cash 981.3070           | 40 x 0.45 = 18.00
    `,
  },
  {
    name: "a trade that is told twice has happened once",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x60, asks 0.45x100          |                      |                                      |
    1 |                                      | A: buy 10 at 0.40    |                                      | 60 are ahead
    2 | sold 60 at 0.40 as t1; bid 0.40 -60  |                      |                                      | nobody is ahead
    4 | bid 0.40 +20                         |                      |                                      | 20 are behind
    6 | sold 60 at 0.40 as t1                |                      |                                      | the same trade
  end |                                      |                      | A rests 10; position 0; cash 1000    |
    `,
  },
  {
    name: "a book that comes whole has lost what a trade tells afterwards",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: buy 10 at 0.40    |                                      | 100 are ahead
    2 | bids 0.40x40, asks 0.45x100          |                      |                                      | 60 are gone
  2.2 | sold 60 at 0.40                      |                      |                                      | they were sold, and stood ahead of A
  end |                                      |                      | A rests 10; position 0; cash 1000    |
    `,
  },
  {
    name: "an order that joins between a decrease and its trade gains no place by it",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: buy 10 at 0.40    |                                      | 100 are ahead of A
    2 | bid 0.40 +50                         |                      |                                      | 50 are behind A
    5 | bid 0.40 -60                         |                      |                                      | a cancel, as far as anybody knows: 50 behind A, 10 ahead of it
  5.2 |                                      | B: buy 10 at 0.40    |                                      | 90 and A are ahead of B
  5.4 | sold 60 at 0.40                      |                      |                                      | a trade: 40 are ahead of A, and 50 between A and B, who came later
    8 | sold 90 at 0.40; bid 0.40 -90        |                      | A bought 10 at 0.40, maker, fee 0    | 40, 10 of A, 40 of the 50
  end |                                      |                      | B rests 10; position 10; cash 996.00 | 10 x 0.40 = 4.00
    `,
  },
  {
    name: "who has left the queue takes nobody's place, and gives nobody's away",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.39x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: buy 10 at 0.40    |                                      | nobody else bids 0.40
    2 | bid 0.40 +60                         |                      |                                      | 60 are behind A
    3 |                                      | B: buy 10 at 0.40    |                                      | A and 60 are ahead of B
    5 | bid 0.40 -20                         |                      |                                      | of the 60, 40 are left between A and B
  5.2 |                                      | cancel B             | B canceled                           |
  5.4 | sold 20 at 0.40                      |                      | A bought 10 at 0.40, maker, fee 0    | those 20 sold; they stood behind A, who is first
  end |                                      |                      | position 10; cash 996.00             |
    `,
  },
  {
    name: "what left more than a second before a trade was none of it, whatever has left since",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    2 | bid 0.40 -30                         |                      |                                      | 70 are left
  2.9 | bid 0.40 -1                          |                      |                                      | 69 are left
    3 |                                      | A: buy 10 at 0.40    |                                      | 69 are ahead
  3.1 | bid 0.40 +40                         |                      |                                      | 40 are behind
  3.5 | sold 69 at 0.40; bid 0.40 -69        |                      |                                      | 1 of the trade is that of 2.9: of 70 ahead of A then 1 is left, and 1 is cancelled behind it
    6 | sold 5 at 0.40; bid 0.40 -5          |                      | A bought 4 at 0.40, maker, fee 0     | 1, then 4 of A
  end |                                      |                      | A rests 6; position 4; cash 998.40   | 4 x 0.40 = 1.60
    `,
  },
  {
    name: "a trade waits a second for its decrease, by the clock",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 | bought 60 at 0.45                    |                      |                                      | 40 are left, until the book tells
  1.5 |                                      | A: ioc buy 40 at 0.45| A bought 40 at 0.45, taker, fee 0.6930 | 0.07 x 40 x 0.45 x 0.55 = 0.6930
  1.9 |                                      | B: ioc buy 1 at 0.45 | B canceled                           | the trade has the rest
    2 |                                      |                      |                                      | the book tells nothing: the 60 are there
  2.5 |                                      | C: ioc buy 99 at 0.45| C bought 60 at 0.45, taker, fee 1.0395; C canceled | 0.07 x 60 x 0.45 x 0.55 = 1.0395
  end |                                      |                      | position 100; cash 953.2675          | 1000 - 45 - 1.7325
    `,
  },
  {
    name: "who joins while a trade waits stands behind those that it did not take after all",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 | sold 60 at 0.40                      |                      |                                      | 40 are left, until the book tells
  1.5 |                                      | A: buy 10 at 0.40    |                                      | 40 are ahead, and the 60 of whom nobody knows
    3 | sold 50 at 0.40; bid 0.40 -50        |                      |                                      | the book told nothing: 100 were ahead, 50 are
    5 | sold 50 at 0.40; bid 0.40 -50        |                      |                                      | nobody is ahead
    6 | bid 0.40 +10                         |                      |                                      | 10 are behind
    8 | sold 3 at 0.40; bid 0.40 -3          |                      | A bought 3 at 0.40, maker, fee 0     |
  end |                                      |                      | A rests 7; position 3; cash 998.80   | 3 x 0.40 = 1.20
    `,
  },
  {
    name: "a trade that is told before the order that it took takes that, and nobody sees it",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 | bought 60 at 0.44; ask 0.44 +80      |                      |                                      | of the 80, 20 are left
  1.2 |                                      | A: ioc buy 50 at 0.44| A bought 20 at 0.44, taker, fee 0.3450; A canceled | 0.07 x 20 x 0.44 x 0.56 = 0.34496
  1.4 | ask 0.44 -60                         |                      |                                      | those of the trade
  end |                                      |                      | position 20; cash 990.8550           | 1000 - 8.80 - 0.3450
    `,
  },
  {
    name: "a cancel that comes from behind brings nobody forward",
    queue: "behind",
    // 100 ahead stay 100; the 85 are all theirs.
    table: someoneCancels("", "A rests 10; position 0; cash 1000"),
  },
  {
    name: "a cancel that is shared out pro rata brings one forward a little",
    queue: "pro-rata",
    // Of 30, 20 were ahead (100 of 150): 80 are left, and the 85 leave 5.
    table: someoneCancels("A bought 5 at 0.40, maker, fee 0", "A rests 5; position 5; cash 998.00"),
  },
  {
    name: "a cancel that comes from ahead brings one forward by all of it",
    queue: "ahead",
    // 70 are left ahead, and the 85 leave 15, of which A takes 10.
    table: someoneCancels("A bought 10 at 0.40, maker, fee 0", "position 10; cash 996.00"),
  },
  {
    name: "who cancels more than there are behind was ahead, in the worst case too",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: buy 10 at 0.40    |                                      | 100 are ahead
    2 | bid 0.40 -70                         |                      |                                      | nobody is behind: 30 are ahead
    6 | bid 0.40 +40                         |                      |                                      | 40 are behind
    8 | sold 32 at 0.40; bid 0.40 -32        |                      | A bought 2 at 0.40, maker, fee 0     | 30, then 2 of A
  end |                                      |                      | A rests 8; position 2; cash 999.20   | 2 x 0.40 = 0.80
    `,
  },
  {
    name: "a trade through one's price has passed one's order, which was better",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100 0.39x200, asks 0.45x100|                      |                                      |
    1 |                                      | A: buy 10 at 0.40    |                                      | 100 are ahead
    2 | sold 100 at 0.40; bid 0.40 -100      |                      |                                      | nobody is ahead
    3 | sold 30 at 0.39; bid 0.39 -30        |                      | A bought 10 at 0.40, maker, fee 0    | who sells at 0.39 sells to 0.40 first
  end |                                      |                      | position 10; cash 996.00 |
    `,
  },
  {
    name: "an offer that comes below one's bid trades with it, at the bid",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: buy 10 at 0.43    |                                      | the best bid
    2 | ask 0.42 +25                         |                      | A bought 10 at 0.43, maker, fee 0    | they would have sold to A; 15 are left at 0.42
    3 |                                      | B: ioc buy 20 at 0.42| B bought 15 at 0.42, taker, fee 0.2558; B canceled | 25 - 10; 0.07 x 15 x 0.42 x 0.58 = 0.25578
  end |                                      |                      | position 25; cash 989.1442           | 1000 - 4.30 - 6.30 - 0.2558
    `,
  },
  {
    name: "what was taken from the crowd is not there a second time",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: ioc buy 60 at 0.45| A bought 60 at 0.45, taker, fee 1.0395 | 0.07 x 60 x 0.45 x 0.55
    2 |                                      | B: ioc buy 60 at 0.45| B bought 40 at 0.45, taker, fee 0.6930; B canceled | 100 - 60 were left
    3 | bid 0.40 +5                          |                      |                                      |
    4 |                                      | C: ioc buy 1 at 0.45 | C canceled                           | nothing is left, though 100 are recorded
  end |                                      |                      | position 100; cash 953.2675          | 1000 - 45 - 1.7325
    `,
  },
  {
    name: "a level that is refilled has what was added, and what was left",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: ioc buy 60 at 0.45| A bought 60 at 0.45, taker, fee 1.0395 | 40 are left
    2 | ask 0.45 +30                         |                      |                                      | 70 are there
    3 |                                      | B: ioc buy 100 at 0.45| B bought 70 at 0.45, taker, fee 1.2128; B canceled | 0.07 x 70 x 0.45 x 0.55 = 1.21275
    4 | ask 0.45 -130                        |                      |                                      | the level is gone, with what A and B took
    5 | ask 0.45 +50                         |                      |                                      | all of it is new
    6 |                                      | C: ioc buy 100 at 0.45| C bought 50 at 0.45, taker, fee 0.8663; C canceled | 0.07 x 50 x 0.45 x 0.55 = 0.86625
  end |                                      |                      | position 180; cash 915.8814          | 1000 - 81 - 3.1186
    `,
  },
  {
    name: "a trade that is told before the book counts once",
    table: inEitherOrder("sold 60 at 0.40; bid 0.40 -60", "sold 45 at 0.40; bid 0.40 -45"),
  },
  {
    name: "a trade that is told after the book counts once, too",
    table: inEitherOrder("bid 0.40 -60; sold 60 at 0.40", "bid 0.40 -45; sold 45 at 0.40"),
  },
  {
    name: "an order that arrives 50 ms later finds nothing",
    orderMs: 50,
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x10          |                      |                                      |
    1 |                                      | A: ioc buy 10 at 0.45|                                      | on its way until 1.05
 1.02 | ask 0.45 -10                         |                      |                                      | somebody else was faster
 1.05 |                                      |                      | A canceled                           |
  end |                                      |                      | position 0; cash 1000                |
    `,
  },
  {
    name: "an order that arrives 10 ms later finds it still there",
    orderMs: 10,
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x10          |                      |                                      |
    1 |                                      | A: ioc buy 10 at 0.45|                                      | on its way until 1.01
 1.01 |                                      |                      | A bought 10 at 0.45, taker, fee 0.1733 |
 1.02 | ask 0.45 -10                         |                      |                                      | the ten that A has
  end |                                      |                      | position 10; cash 995.3267           |
    `,
  },
  {
    name: "an order that is to make and would take is refused",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: post-only buy 10 at 0.45 | A canceled; A refused invalid_order | 0.45 is offered
    2 |                                      | B: post-only buy 10 at 0.44 |                               | it rests
    3 | ask 0.45 -100; ask 0.44 +3           |                      | B bought 3 at 0.44, maker, fee 0     | now they are the ones that take
  end |                                      |                      | B rests 7; position 3; cash 998.68   | 3 x 0.44 = 1.32
    `,
  },
  {
    name: "all or nothing: what is there is not enough, then just enough",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: fok buy 110 at 0.45 | A refused fill_or_kill_insufficient_resting_volume | 100 are there
    2 |                                      | B: fok buy 100 at 0.45 | B bought 100 at 0.45, taker, fee 1.7325 | 0.07 x 100 x 0.45 x 0.55
    3 |                                      | C: fok buy 1 at 0.45 | C refused fill_or_kill_insufficient_resting_volume | B has them all
  end |                                      |                      | position 100; cash 953.2675          |
    `,
  },
  {
    name: "an order that takes two levels leaves nothing behind",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100 0.46x30 |                      |                                      |
    1 |                                      | A: ioc buy 150 at 0.46 | A bought 100 at 0.45, taker, fee 1.7325; A bought 30 at 0.46, taker, fee 0.5217; A canceled | 0.07 x 30 x 0.46 x 0.54 = 0.521640; 20 find nothing
  end |                                      |                      | position 130; cash 938.9458          | 1000 - 45 - 13.80 - 2.2542
    `,
  },
  {
    name: "one does not trade with oneself, either way",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: buy 10 at 0.44    |                                      |
    2 |                                      | B: sell 10 at 0.44   | B canceled                           | taker_at_cross: it would meet A
    3 |                                      | C: maker sell 10 at 0.44 | A canceled                       | maker: A gives way, and C rests
    4 | bought 4 at 0.45; ask 0.45 -4        |                      | C sold 4 at 0.44, maker, fee 0       | C is better than 0.45
  end |                                      |                      | C rests 6; position -4; cash 997.76  | 4 NO at 0.56 = 2.24
    `,
  },
  {
    name: "a snapshot in the middle is a cancel where it has less, and others behind where it has more",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: buy 10 at 0.40    |                                      | 100 are ahead
    2 | bids 0.40x60, asks 0.46x70           |                      |                                      | 60 are ahead
    3 | bids 0.40x70, asks 0.46x70           |                      |                                      | 10 are behind
    6 | sold 62 at 0.40; bid 0.40 -62        |                      | A bought 2 at 0.40, maker, fee 0     | 60, then 2 of A
    7 |                                      | B: ioc buy 5 at 0.45 | B canceled                           | 0.45 is gone
  end |                                      |                      | A rests 8; position 2; cash 999.20   |
    `,
  },
  {
    name: "over a gap nothing trades, and what rests goes on after it",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: buy 10 at 0.40    |                                      | 100 are ahead
    2 | gap                                  |                      |                                      | nobody knows the book
    3 |                                      | B: buy 10 at 0.41    | B refused market_inactive            |
    4 | sold 120 at 0.40                     |                      |                                      | nobody knows of whom
    5 | bids 0.40x80, asks 0.45x100          |                      |                                      | known again; 80 are ahead
    6 | sold 80 at 0.40; bid 0.40 -80        |                      |                                      | nobody is ahead
    7 | bid 0.40 +10                         |                      |                                      | 10 are behind
    8 | sold 3 at 0.40; bid 0.40 -3          |                      | A bought 3 at 0.40, maker, fee 0     |
  end |                                      |                      | A rests 7; position 3; cash 998.80   |
    `,
  },
  {
    name: "a market that closes cancels what rests",
    closes: 5,
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: buy 10 at 0.42    |                                      | it rests
    4 | sold 4 at 0.40; bid 0.40 -4          |                      | A bought 4 at 0.42, maker, fee 0     | A was better
    5 |                                      |                      | A canceled                           | the market closes
    6 | sold 4 at 0.40                       |                      |                                      | too late
    7 |                                      | B: buy 1 at 0.42     | B refused market_inactive            |
  end |                                      |                      | position 4; cash 998.32              | 4 x 0.42 = 1.68
    `,
  },
  {
    name: "yes pays a dollar",
    closes: 10,
    table: heldToTheEnd("yes", "1005.3267", "10 x 1.00 are paid"),
  },
  {
    name: "no pays nothing to who has yes",
    closes: 10,
    table: heldToTheEnd("no", "995.3267", "nothing is paid"),
  },
  {
    name: "a value in between pays that",
    closes: 10,
    table: heldToTheEnd("0.25", "997.8267", "10 x 0.25 are paid"),
  },
  {
    name: "no pays a dollar to who sold yes",
    closes: 10,
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: ioc sell 10 at 0.40 | A sold 10 at 0.40, taker, fee 0.1680 | 0.07 x 10 x 0.40 x 0.60
   20 | result no                            |                      |                                      |
   21 | settled                              |                      |                                      |
  end |                                      |                      | position 0; cash 1003.8320           | 1000 - 6.00 - 0.168 + 10
    `,
  },
  {
    name: "a maker pays a quarter where makers pay",
    fees: "quadratic_with_maker_fees",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: buy 10 at 0.42    |                                      |
    2 | sold 10 at 0.40; bid 0.40 -10        |                      | A bought 10 at 0.42, maker, fee 0.0427 | 0.0175 x 10 x 0.42 x 0.58 = 0.042630
    3 |                                      | B: ioc buy 10 at 0.45| B bought 10 at 0.45, taker, fee 0.1733 |
  end |                                      |                      | position 20; cash 991.0840           | 1000 - 4.20 - 0.0427 - 4.50 - 0.1733
    `,
  },
  {
    name: "a balance in cents pays the rounding, and gets a cent back when that has come to one",
    fees: "quadratic_with_maker_fees",
    precision: "0.01",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.50x100, asks 0.55x100         |                      |                                      |
    1 |                                      | A: buy 5 at 0.51     |                                      |
    2 | sold 1 at 0.50; bid 0.50 -1          |                      | A bought 1 at 0.51, maker, fee 0.01  | 0.0175 x 0.51 x 0.49 = 0.0043733: 0.0044, and 0.0056 of rounding
    3 | sold 1 at 0.50; bid 0.50 -1          |                      | A bought 1 at 0.51, maker, fee 0     | rounding has come to 0.0112: a cent back, 0.0012 stay
    4 | sold 1 at 0.50; bid 0.50 -1          |                      | A bought 1 at 0.51, maker, fee 0.01  | 0.0068
    5 | sold 1 at 0.50; bid 0.50 -1          |                      | A bought 1 at 0.51, maker, fee 0     | 0.0124: a cent back
    6 | sold 1 at 0.50; bid 0.50 -1          |                      | A bought 1 at 0.51, maker, fee 0.01  | 0.0080
  end |                                      |                      | position 5; cash 997.42  | 1000 - 2.55 - 0.03
    `,
  },
  {
    name: "an order that is made smaller keeps its place",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: buy 10 at 0.40    |                                      | 100 are ahead
    2 | bid 0.40 +50                         |                      |                                      | 50 are behind
    3 |                                      | amend A to 6 at 0.40 |                                      | still 100 ahead
    4 | sold 103 at 0.40; bid 0.40 -103      |                      | A bought 3 at 0.40, maker, fee 0     | 100, then 3 of A
  end |                                      |                      | A rests 3; position 3; cash 998.80   |
    `,
  },
  {
    name: "an order that is made larger goes to the end",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: buy 10 at 0.40    |                                      | 100 are ahead
    2 | bid 0.40 +50                         |                      |                                      | 50 are behind
    3 |                                      | amend A to 12 at 0.40|                                      | 150 are ahead
    4 | sold 103 at 0.40; bid 0.40 -103      |                      |                                      | 47 are ahead
    5 | bid 0.40 +20                         |                      |                                      | 20 are behind
    6 | sold 50 at 0.40; bid 0.40 -50        |                      | A bought 3 at 0.40, maker, fee 0     | 47, then 3 of A
  end |                                      |                      | A rests 9; position 3; cash 998.80   |
    `,
  },
  {
    name: "an order that has expired is not there for the next trade",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100         |                      |                                      |
    1 |                                      | A: buy 10 at 0.42 until 4 |                                 | the best bid
    3 | sold 4 at 0.40; bid 0.40 -4          |                      | A bought 4 at 0.42, maker, fee 0     |
    4 |                                      |                      | A canceled                           | it expires
    5 | sold 4 at 0.40; bid 0.40 -4          |                      |                                      |
  end |                                      |                      | position 4; cash 998.32              |
    `,
  },
  {
    name: "two markets have two books and one purse",
    table: `
    s | recorded                             | bot                  | what comes of it                     | why
    0 | bids 0.40x100, asks 0.45x100; M2 bids 0.20x10, asks 0.22x5000 |  |                                 |
    1 |                                      | A: buy 10 at 0.42    |                                      |
    2 |                                      | B: M2 buy 10 at 0.21 |                                      |
    3 | M2 sold 4 at 0.20; M2 bid 0.20 -4    |                      | B bought 4 at 0.21, maker, fee 0     | A is in another market
    4 | sold 6 at 0.40; bid 0.40 -6          |                      | A bought 6 at 0.42, maker, fee 0     |
    5 |                                      | C: M2 ioc buy 4600 at 0.22 | C refused insufficient_balance | 1012.00 and fees, of 996.64
  end |                                      |                      | A rests 4; B rests 6; position 6; M2 position 4; cash 996.64 | 1000 - 0.84 - 2.52
    `,
  },
];
