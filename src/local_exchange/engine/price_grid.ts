/** A grid of prices, in bands with a step each. */

/** A band of prices and its step. */
export interface PriceBand {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** The prices that a market trades at. */
export type PriceGrid = readonly PriceBand[];

/** Whether a price lies on a grid. */
export function isOnGrid(grid: PriceGrid, price: number): boolean {
  return grid.some(({ start, end, step }) => price >= start && price <= end && (price - start) % step === 0);
}

/** The step of a grid at a price. */
export function stepAt(grid: PriceGrid, price: number): number {
  const band = grid.find(({ start, end }) => price >= start && price <= end);
  return band?.step ?? 100;
}

/** The nearest price on a grid at or below `price`. */
export function snapDown(grid: PriceGrid, price: number): number {
  const band = grid.find(({ start, end }) => price >= start && price < end) ?? grid.at(-1);
  if (band === undefined) return price;
  return band.start + Math.floor((price - band.start) / band.step) * band.step;
}
