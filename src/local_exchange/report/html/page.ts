/** A report as one page, which asks for nothing and runs no script. */
import type { RunReportData } from "../data.ts";
import { Markup, markup } from "./markup.ts";
import {
  adverseSection,
  cards,
  exposureSection,
  fillSection,
  marketSection,
  orderSection,
  pnlSection,
  priceSection,
} from "./sections.ts";
import { showLength, showTime } from "./show.ts";
import { style } from "./style.ts";

const kinds = {
  replay: "Replay of a recording",
  mirror: "Mirror of a live market",
  exchange: "Local exchange",
} as const;

/** What a browser must not do for it, whatever stands in it. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** Writes the page. */
export function pageOf(data: RunReportData): string {
  const { kind, title, settings, fromMs, toMs } = data;
  return markup`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${policy}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${title}</title>
        <link rel="icon" href="data:,">
        <style>${new Markup(style)}</style>
      </head>
      <body>
        <main>
    <header>
    <h1>${title}</h1>
    <p>${kinds[kind]}. ${showTime(fromMs)} to ${showTime(toMs)} UTC, ${showLength(toMs - fromMs)}.</p>
    <ul class="settings">${
    Object.entries(settings).map(([name, value]) => markup`<li><b>${name}</b> ${value}</li>`)
  }</ul>
    </header>
    ${cards(data)}
    ${pnlSection(data)}
    ${exposureSection(data)}
    ${adverseSection(data)}
    ${priceSection(data)}
    ${marketSection(data)}
    ${fillSection(data)}
    ${orderSection(data)}
    <footer>Times are in UTC. The figures above are cut to the cent, those in the tables are exact. What this page leaves out is in the report as JSON and CSV.</footer>
        </main>
      </body>
    </html>
  `.text;
}
