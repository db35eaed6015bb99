/** Comparing in turn, in one process. It runs on every runtime. */

/** One figure against its budget. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  readonly budget: string;
  readonly ok: boolean;
}

/** One call of a candidate. */
export type Run = () => Promise<unknown>;

/** What the times of one candidate may be, as a multiple of another one's; both by their names. */
export interface Budget {
  readonly figure: string;
  readonly of: string;
  readonly to: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** How much to measure. */
export interface Sizes {
  /** Calls in a block of one candidate, after which the next one has its turn. */
  readonly calls: number;
  /** Calls at once. */
  readonly wide: number;
  /** Blocks of each candidate. */
  readonly blocks: number;
}

/** How often a comparison that is over its budget is carried on, always counting all of its blocks. */
const ROUNDS = 3;

/** The middle value. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Microseconds a call. */
async function time(run: Run, { calls, wide }: Sizes): Promise<number> {
  let left = calls;
  const worker = async () => {
    while (left-- > 0) await run();
  };
  const started = performance.now();
  if (wide === 1) await worker();
  else await Promise.all(Array.from({ length: wide }, worker));
  return (performance.now() - started) * 1000 / calls;
}

/**
 * Runs the candidates in turn, block by block, and holds the median of the ratios within each block against the
 * budgets: what slows the machine slows both sides of a ratio.
 */
export async function compare(
  candidates: Readonly<Record<string, Run>>,
  budgets: readonly Budget[],
  sizes: Sizes,
): Promise<Figure[]> {
  const times = Object.entries(candidates).map(([name, run]) => ({ name, run, micros: [] as number[] }));
  for (const { run } of times) for (let warm = 0; warm < 5; warm++) await time(run, sizes);
  let figures: Figure[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (let block = 0; block < sizes.blocks; block++) {
      // In any order: garbage is collected in a rhythm, which must not meet that of the turns.
      const order = times.map((one) => ({ one, at: Math.random() })).sort((a, b) => a.at - b.at);
      for (const { one: { run, micros } } of order) micros.push(await time(run, sizes));
    }
    figures = budgets.map((budget) =>
      judge(budget, (name) => times.find((one) => one.name === name)?.micros ?? [])
    );
    if (figures.every(({ ok }) => ok)) break;
  }
  return figures;
}

function judge({ figure, of, to, atMost, atLeast }: Budget, micros: (name: string) => number[]): Figure {
  const [mine, base] = [micros(of), micros(to)];
  const ratio = median(mine.map((value, block) => value / (base[block] ?? NaN)));
  return {
    name: figure,
    value: `${ratio.toFixed(3)} (${of} ${median(mine).toFixed(0)} us, ${to} ${median(base).toFixed(0)} us)`,
    budget: atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`,
    ok: atMost === undefined ? ratio >= (atLeast ?? NaN) : ratio <= atMost,
  };
}
