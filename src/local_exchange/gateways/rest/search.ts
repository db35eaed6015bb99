/** Kalshi's tag `search`. */
import { GetFiltersForSports, GetTagsForSeriesCategories } from "../../../contract/event/operations.ts";
import { route } from "./route.ts";

export const searchRoutes = [
  route(GetFiltersForSports, () => ({
    filters_by_sports: {
      Football: { scopes: ["Games"], competitions: { "Pro Football": { scopes: ["Games"] } } },
    },
    sport_ordering: ["Football"],
  })),
  route(GetTagsForSeriesCategories, ({ exchange }) => {
    const tags: Record<string, string[]> = {};
    for (const { listing } of exchange.catalog.series.values()) {
      const known = tags[listing.category] ??= [];
      for (const tag of listing.tags) if (!known.includes(tag)) known.push(tag);
    }
    return { tags_by_categories: tags };
  }),
];
