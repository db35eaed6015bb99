/**
 * What the page is made of, by the path it is served at.
 *
 * @module
 */

/** A file of the page. */
export interface PageAsset {
  /** Its media type. */
  readonly type: string;
  readonly body: string;
}

/** Every file of the page: `/`, `/assets/app.js`, `/assets/app.css`. */
export const assets: Readonly<Record<string, PageAsset>> = {
  "/": {
    type: "text/html; charset=utf-8",
    body: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Local exchange</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/app.css">
<main id="app"></main>
<script type="module" src="/assets/app.js"></script>
`,
  },
  "/assets/app.js": {
    type: "text/javascript; charset=utf-8",
    body: `const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
const headers = { "x-page-token": token };
const answer = await fetch("/trade-api/v2/portfolio/balance", { headers });
document.querySelector("#app").textContent = answer.ok
  ? "Balance: " + (await answer.json()).balance_dollars
  : "Open the address that the exchange printed.";
`,
  },
  "/assets/app.css": {
    type: "text/css; charset=utf-8",
    body: "body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; }\n",
  },
};
