import { assertEquals } from "@std/assert";
import { openAccount } from "../../../../src/local_exchange/accounts.ts";
import { SettlementReports } from "../../../../src/local_exchange/gateways/fix/settlements.ts";
import { RestGateway } from "../../../../src/local_exchange/gateways/rest/gateway.ts";
import { parseMoney, toCents } from "../../../../src/local_exchange/units.ts";
import { there } from "../../../../tools/there.ts";
import { test } from "../../../support/test.ts";
import { accept } from "../../support/engine.ts";
import { Session } from "../../support/session.ts";
import { keyOf, newExchange, Reader, type Wire } from "./support/reader.ts";

async function setUp() {
  const exchange = newExchange();
  const gateway = new RestGateway(exchange);
  const { engine } = exchange;
  const open = async () => {
    const { id, auth } = await openAccount(exchange, { balance: "10000.00" });
    const account = there(engine.accounts.get(id));
    const rest = new Session({
      baseUrl: "http://localhost/trade-api/v2",
      fetch: (request) => gateway.fetch(request),
      clock: exchange.clock,
    }, auth);
    return { account, rest };
  };
  const [mine, theirs] = [await open(), await open()];
  const info = there(exchange.catalog.listed.find(({ market }) => market.status === "active"));
  const { market } = info;
  const reader = new Reader(keyOf(mine.account));
  const reports = new SettlementReports(exchange, reader);
  /** Buys YES for a subaccount of mine, or NO where it is less than none. */
  const hold = (subaccount: number, count: number) => {
    const wallet = mine.account.wallet(subaccount, market.shard);
    mine.account.subaccounts.add(subaccount);
    engine.deposit(wallet, 100_000_000);
    const terms = { market, price: 5_000, count: Math.abs(count) };
    const other = theirs.account.wallet(0, market.shard);
    accept(engine, { ...terms, wallet: other, side: count > 0 ? "ask" : "bid" });
    accept(engine, { ...terms, wallet, side: count > 0 ? "bid" : "ask" });
  };
  const pay = (value: number) => {
    exchange.lifecycle.determine(info, value);
    exchange.lifecycle.settle(info);
  };
  return { exchange, engine, mine, theirs, market, reader, reports, hold, pay };
}

test("a settlement says who held what and was paid what", async () => {
  const { mine, theirs, market, reader, hold, pay } = await setUp();
  hold(0, 10_000);
  hold(3, -550);
  pay(10_000);
  const party = (id: string, LongQty: string, ShortQty: string, paid: string) => ({
    MarketSettlementPartyID: id,
    MarketSettlementPartyRole: 24,
    LongQty,
    ShortQty,
    NoCollateralAmountChanges: [{ CollateralAmountChange: paid, CollateralAmountType: "PAYOUT" }],
    NoMiscFees: [{ MiscFeeAmt: "0.00", MiscFeeCurr: "USD", MiscFeeType: "4", MiscFeeBasis: 0 }],
  });
  assertEquals(reader.got(), [{
    MsgType: "UMS",
    MarketSettlementReportID: `${market.ticker}-1`,
    Symbol: market.ticker,
    ClearingBusinessDate: "20261129",
    MarketResult: "yes",
    LastFragment: true,
    SettlementPrice: "100.00",
    NoMarketSettlementPartyIDs: [
      party(mine.account.id, "100.00", "0.00", "100.00"),
      party(`${mine.account.id}_3`, "0.00", "5.50", "0.00"),
    ],
  }]);
  assertEquals(theirs.account.settlements.length, 1);
});

test("many wallets take several reports, of one symbol, and add up to what REST says, fees to the last digit", async () => {
  const { mine, market, reader, hold, pay } = await setUp();
  for (let subaccount = 0; subaccount < 45; subaccount++) hold(subaccount, subaccount % 2 === 0 ? 101 : -207);
  pay(3_333);
  const reports = reader.got();
  assertEquals(
    reports.map((
      { Symbol, TotNumMarketSettlementReports, LastFragment, NoMarketSettlementPartyIDs, ...report },
    ) => [
      Symbol,
      report.MarketSettlementReportID,
      TotNumMarketSettlementReports,
      LastFragment,
      NoMarketSettlementPartyIDs.length,
      report.SettlementPrice,
      report.MarketResult,
    ]),
    [[1, 20], [2, 20], [3, 5]].map(([number, parties]) => [
      market.ticker,
      `${market.ticker}-${number}`,
      3,
      number === 3,
      parties,
      "33.33",
      "scalar",
    ]),
  );
  const settled = await mine.rest.all("/portfolio/settlements?limit=50", "settlements");
  const told = reports.flatMap(({ NoMarketSettlementPartyIDs }) => NoMarketSettlementPartyIDs).map((
    { NoCollateralAmountChanges: [change], NoMiscFees: [fee], LongQty, ShortQty }: Wire,
  ) => [
    LongQty,
    ShortQty,
    toCents(there(parseMoney(change.CollateralAmountChange))),
    parseMoney(fee.MiscFeeAmt),
  ]);
  const said = settled.map((row) => [
    row.yes_count_fp,
    row.no_count_fp,
    row.revenue,
    parseMoney(row.fee_cost),
  ]);
  assertEquals(told.map(String).sort(), said.map(String).sort());
  assertEquals(told.length, 45);
  assertEquals([...new Set(told.map(([, , , fee]) => fee))], [6_633, 69], "fees have more than two decimals");
});

test("who held nothing is told nothing, nor a key of what another subaccount held, nor a session that is over", async () => {
  const { exchange, mine, reader, reports, hold, pay } = await setUp();
  const stranger = new Reader(keyOf(exchange.engine.open()));
  const restricted = new Reader(keyOf(mine.account, 2));
  new SettlementReports(exchange, stranger);
  new SettlementReports(exchange, restricted);
  hold(0, 100);
  hold(2, 100);
  reports.close();
  pay(0);
  assertEquals(stranger.got(), []);
  assertEquals(reader.got(), []);
  const [report] = restricted.got();
  assertEquals(report.NoMarketSettlementPartyIDs.map((party: Wire) => party.MarketSettlementPartyID), [
    `${mine.account.id}_2`,
  ]);
});
