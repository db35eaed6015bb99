/**
 * A page with React that shows a live order book from the feed of `examples/worker`, at `/?ticker=TICKER`.
 *
 *     npx esbuild examples/react/main.js --bundle --outfile=examples/worker/public/react.js
 */
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { Book } from "./book.tsx";

const ticker = new URLSearchParams(location.search).get("ticker");
const url = `${location.origin.replace(/^http/, "ws")}/feed`;
createRoot(document.getElementById("root")).render(
  ticker === null
    ? createElement("p", null, "Which market? Add ?ticker=TICKER to the address.")
    : createElement(Book, { url, ticker }),
);
