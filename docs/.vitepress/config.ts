/** The site of the docs: `deno task docs:dev`, `deno task docs:build`. */
import { readFileSync } from "node:fs";
import process from "node:process";
import { type DefaultTheme, defineConfig, type PageData } from "vitepress";
import { anchorOf } from "../../tools/site/anchors.ts";
import { siteLink } from "../../tools/site/links.ts";
import type { GeneratedSidebar } from "../../tools/site/pages.ts";
import { PARTS } from "./sidebar.ts";

const generated: GeneratedSidebar = JSON.parse(
  readFileSync(new URL("../generated/sidebar.json", import.meta.url), "utf8"),
);

const parts: DefaultTheme.SidebarItem[] = PARTS.map(({ text, pages }) => ({
  text,
  collapsed: false,
  items: pages.map(({ text, page }) => ({ text, link: `/${page}` })),
}));

const reference: DefaultTheme.SidebarItem = {
  text: "Every export",
  link: "/reference/",
  collapsed: true,
  items: generated.reference.map(({ text, path, parts }) => ({
    text,
    link: `/reference/${path}`,
    ...parts.length === 0 ? {} : {
      collapsed: true,
      items: parts.map(({ text, path }) => ({ text, link: `/reference/${path}` })),
    },
  })),
};

const examples: DefaultTheme.SidebarItem = {
  text: "Examples",
  link: "/examples/",
  collapsed: true,
  items: generated.examples.map(({ text, path }) => ({ text, link: `/examples/${path}` })),
};

/** The head of the front page. It stands here, so that docs/index.md reads well on GitHub too. */
function frontPage(pageData: PageData): void {
  if (pageData.relativePath !== "index.md") return;
  pageData.frontmatter = {
    ...pageData.frontmatter,
    layout: "home",
    hero: {
      name: "@unofficial/kalshi",
      text: "Kalshi from every JavaScript runtime",
      tagline: "REST, streams and FIX. Exact money. An exchange of your own to try it on.",
      actions: [
        { theme: "brand", text: "The first hour", link: "/first-hour" },
        { theme: "alt", text: "Every export", link: "/reference/" },
      ],
    },
    features: [
      {
        title: "Orders that cannot double",
        details: "Sent once, or until they took effect exactly once. An error says what is known.",
        link: "/exactly-once",
      },
      {
        title: "Books that are never silently wrong",
        details: "Every frame is counted. A book that may be wrong refuses to be read, and repairs itself.",
        link: "/how-a-book-stays-right",
      },
      {
        title: "An exchange on your machine",
        details:
          "Matching, signatures, fees, REST, WebSocket and FIX, with faults, a page and a command line.",
        link: "/local-exchange",
      },
    ],
  };
}

/** Two sides of a book. */
const icon = `data:image/svg+xml,${
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path fill="#0b7a5b" d="M0 1h3v2H0zM0 5h3v2H0z"/>' +
      '<path fill="#c2410c" d="M5 1h3v2H5zM5 5h3v2H5z"/></svg>',
  )
}`;

/** Colours of the site's own, and room for code of 110 columns where the window has it. */
const style = `
:root { --vp-c-brand-1: #0b7a5b; --vp-c-brand-2: #0a6b50; --vp-c-brand-3: #0b7a5b; --vp-c-brand-soft: #0b7a5b22;
  --vp-code-font-size: 0.82em }
.dark { --vp-c-brand-1: #4fd1a5; --vp-c-brand-2: #3cb98f; --vp-c-brand-3: #1f8f6b; --vp-c-brand-soft: #4fd1a522 }
.VPDoc.has-aside .content-container.content-container { max-width: 960px }
@media (min-width: 1680px) { :root { --vp-layout-max-width: 1680px } }
.VPHomeFeatures + .vp-doc { margin-top: 48px }
`;

/** For a look at whether everything is there and every link leads somewhere: without colours and the search. */
const isQuick = process.env.DOCS_QUICK === "1";

const plain = (code: string): string =>
  `<pre v-pre><code>${code.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</code></pre>`;

export default defineConfig({
  title: "@unofficial/kalshi",
  description: "The SDK of the Kalshi prediction-market exchange for every JavaScript runtime.",
  lang: "en",
  base: process.env.DOCS_BASE ?? "/",
  outDir: isQuick ? "../.build/docs/check" : "../.build/docs/site",
  cacheDir: "../.build/docs/cache",
  rewrites: { "generated/:path*": ":path*" },
  // Addresses of a local exchange are no pages of the site.
  ignoreDeadLinks: "localhostLinks",
  // Highlighting of every page in one go is more than a small machine has memory for.
  buildConcurrency: 8,
  head: [["link", { rel: "icon", href: icon }], ["style", {}, style]],
  markdown: {
    anchor: { slugify: anchorOf },
    ...isQuick ? { highlight: plain } : {},
    config(md) {
      md.core.ruler.push("links-out-of-docs", ({ tokens, env }) => {
        const from = `docs/${env.relativePath ?? ""}`;
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const href = token.attrGet("href");
          if (href?.startsWith("../") && !from.startsWith("docs/generated/")) {
            token.attrSet("href", siteLink(from, href));
          }
        }
      });
    },
  },
  transformPageData: frontPage,
  themeConfig: {
    ...isQuick ? {} : { search: { provider: "local" } },
    outline: { level: 2 },
    nav: [
      { text: "Examples", link: "/examples/" },
      { text: "Reference", link: "/reference/" },
      { text: "Changes", link: "/changelog" },
    ],
    sidebar: [...parts, reference, examples],
    footer: { message: "Not affiliated with Kalshi. MIT licence." },
  },
});
