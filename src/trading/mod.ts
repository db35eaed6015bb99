/**
 * What every bot writes again, exact: `@unofficial/kalshi/trading`. A book less your own orders.
 *
 * @module
 */

export {
  type BookDepth,
  type BookLevel,
  type BookToRead,
  type BookWithoutOwn,
  type OwnExcess,
  type OwnLevel,
  type OwnOrder,
  withoutOwn,
} from "../books/mod.ts";
