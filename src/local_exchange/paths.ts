/** Where Kalshi's protocols are below its host. */
import { eventVenue } from "../config/venue.ts";
import { klearVenue } from "../klear/venue.ts";

/** The root of Klear's. */
export const KLEAR_ROOT = klearVenue.restPath;

/** The root of the REST paths, of all products. */
export const REST_ROOT = eventVenue.restPath;
