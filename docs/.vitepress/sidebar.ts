/** What stands on the left of the site, in four parts. Each page of docs/ is in one of them. */

/** A page, by its path below docs/ without ending. */
export interface SidebarPage {
  readonly text: string;
  readonly page: string;
}

/** A part with its pages. */
export interface SidebarPart {
  readonly text: string;
  readonly pages: readonly SidebarPage[];
}

/** The parts; what is generated comes behind them. */
export const PARTS: readonly SidebarPart[] = [
  {
    text: "First hour",
    pages: [
      { text: "The first hour", page: "first-hour" },
      { text: "Examples", page: "examples" },
    ],
  },
  {
    text: "How-tos",
    pages: [
      { text: "Go live", page: "how-to/go-live" },
      { text: "Make a key", page: "how-to/keys" },
      { text: "Errors, by what you see", page: "how-to/errors" },
      { text: "A Worker on your machine", page: "how-to/worker-locally" },
      { text: "Browsers and CORS", page: "how-to/browsers" },
      { text: "CommonJS", page: "how-to/commonjs" },
      { text: "TypeScript and Node versions", page: "how-to/typescript" },
      { text: "Permissions on Deno", page: "how-to/deno-permissions" },
      { text: "Command line", page: "cli" },
      { text: "Keys and signing", page: "authentication" },
      { text: "Configuration", page: "configuration" },
      { text: "Requests", page: "requests" },
      { text: "Streaming", page: "streaming" },
      { text: "Order books", page: "order-books" },
      { text: "Recordings", page: "recordings" },
      { text: "Positions and history", page: "trading" },
      { text: "FIX", page: "fix" },
      { text: "Perps", page: "perps" },
      { text: "Klear", page: "klear" },
      { text: "Workers and browsers", page: "workers" },
      { text: "Many machines", page: "scale" },
      { text: "Local exchange", page: "local-exchange" },
      { text: "Its page", page: "exchange-page" },
      { text: "Backtests", page: "backtest" },
      { text: "Testing your bot", page: "testing" },
      { text: "Rate limits", page: "rate-limits" },
      { text: "Validation", page: "validation" },
    ],
  },
  {
    text: "Explanations",
    pages: [
      { text: "How a request lives", page: "how-a-request-lives" },
      { text: "How a book stays right", page: "how-a-book-stays-right" },
      { text: "Exactly once", page: "exactly-once" },
      { text: "Money", page: "money" },
      { text: "The contract", page: "contract" },
      { text: "Runtimes", page: "runtimes" },
      { text: "Benchmarks", page: "benchmarks" },
    ],
  },
  {
    text: "Reference",
    pages: [
      { text: "REST, method by method", page: "rest" },
      { text: "Perps, method by method", page: "perps-methods" },
      { text: "Errors", page: "errors" },
      { text: "Comparison", page: "comparison" },
      { text: "From kalshi-typescript", page: "moving-from/kalshi-typescript" },
      { text: "From the Python SDK", page: "moving-from/python-sdk" },
      { text: "From pykalshi", page: "moving-from/pykalshi" },
    ],
  },
];
