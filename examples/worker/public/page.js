/** The example's page: a list of markets, and the live ladder of the one in the address. */
import { readFeed } from "./feed.js";
import { showLadder } from "./ladder.js";

const element = (id) => document.getElementById(id);
const ticker = new URLSearchParams(location.search).get("ticker");

/** Fills the list with the markets that have these words in their names. */
function list(markets) {
  const words = element("search").value.toLowerCase().split(/\s+/);
  const found = markets.filter(({ ticker, title, outcome }) => {
    const text = `${ticker} ${title} ${outcome}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  element("listing").textContent = found.length === 1 ? "1 market" : `${found.length} markets`;
  element("list").replaceChildren(...found.map((market) => {
    const link = document.createElement("a");
    link.href = `?ticker=${encodeURIComponent(market.ticker)}`;
    link.textContent = market.outcome;
    const title = document.createElement("small");
    title.textContent = market.title;
    link.append(title);
    if (market.ticker === ticker) link.ariaCurrent = "page";
    const item = document.createElement("li");
    item.append(link);
    return item;
  }));
}

async function readMarkets() {
  const answer = await fetch("/markets");
  if (!answer.ok) throw new Error(`the Worker answered ${answer.status}`);
  const markets = await answer.json();
  list(markets);
  element("search").addEventListener("input", () => list(markets));
  const market = markets.find((one) => one.ticker === ticker);
  if (market !== undefined) element("title").textContent = `${market.outcome} · ${market.title}`;
}

/** Says how the book is; only changes are told, so that nobody has to hear the same again. */
function say(text) {
  if (element("state").textContent !== text) element("state").textContent = text;
}

function readBook() {
  document.title = element("title").textContent = ticker;
  element("ticker").textContent = ticker;
  say("Connecting …");
  let drawing;
  readFeed(`${location.origin.replace(/^http/, "ws")}/feed`, [ticker], (book) => {
    const { isLive, bids, asks, error } = book;
    say(isLive ? "Live" : error ?? "Not live: connecting …");
    // As often as the screen shows it, and no more.
    cancelAnimationFrame(drawing);
    drawing = requestAnimationFrame(() => {
      showLadder(element("ladder"), {
        name: ticker,
        bids,
        asks,
        rows: 8,
        isLive,
        why: error ?? "these prices are old",
      });
    });
  });
}

readMarkets().catch((error) => {
  element("listing").textContent = `The list of markets cannot be read: ${error.message}.`;
});
if (ticker !== null) readBook();
