/** Where Kalshi's protocols are below its host. */
import { eventVenue } from "../config/venue.ts";

/** The root of the REST paths, of all products. */
export const REST_ROOT = eventVenue.restPath;
