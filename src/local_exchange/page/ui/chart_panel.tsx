/** The chosen market's candles and the depth of its book. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { type Interval, mergeCandles, readCandles } from "./candles.ts";
import { Pace, useCell } from "./cell.ts";
import { timeOf } from "./control.ts";
import type { Desk } from "./desk.ts";
import { showCount, showPrice } from "./format.ts";
import { useMedia } from "./media.ts";
import { type Candle, candleData, depthData, plotCandles, plotDepth } from "./plot.ts";
import { TabPanel, Tabs } from "./tabs.tsx";

type View = "candles" | "depth";

const INTERVALS: readonly (readonly [Interval, string])[] = [[1, "1 min"], [60, "1 h"], [1440, "1 day"]];

export function ChartPanel({ desk }: { readonly desk: Desk }): JSX.Element {
  const ticker = useCell(desk.markets.chosen);
  const [view, setView] = useState<View>("candles");
  const [interval, setLength] = useState<Interval>(60);
  return (
    <section class="panel chart" aria-label="Charts">
      <div class="chart-bar">
        <Tabs
          id="chart"
          label="Charts"
          chosen={view}
          onChoose={setView}
          tabs={[["candles", "Candles"], ["depth", "Depth"]]}
        />
        {view === "candles" && (
          <select
            aria-label="Length of a candle"
            value={interval}
            onChange={({ currentTarget }) => setLength(Number(currentTarget.value) as Interval)}
          >
            {INTERVALS.map(([minutes, name]) => <option key={minutes} value={minutes}>{name}</option>)}
          </select>
        )}
      </div>
      <TabPanel id="chart" chosen={view}>
        {ticker !== undefined && (view === "candles"
          ? <CandleChart key={`${ticker} ${interval}`} desk={desk} ticker={ticker} interval={interval} />
          : <DepthChart key={ticker} desk={desk} />)}
      </TabPanel>
    </section>
  );
}

/** Keeps a plot in an element of any size. */
function usePlot(draw: (element: HTMLElement) => uPlot) {
  // The colours are the page's, and are drawn anew with them.
  const isDark = useMedia("(prefers-color-scheme: dark)");
  const [element, plot] = [useRef<HTMLDivElement>(null), useRef<uPlot>()];
  useEffect(() => {
    const { current } = element;
    if (current === null) return;
    const made = plot.current = draw(current);
    const observer = new ResizeObserver(() => {
      made.setSize({ width: current.clientWidth, height: current.clientHeight });
    });
    observer.observe(current);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [isDark]);
  return { element, plot };
}

interface CandleChartProps {
  readonly desk: Desk;
  readonly ticker: string;
  readonly interval: Interval;
}

/** How often candles are asked for while there are trades. */
const CANDLES_EVERY_MS = 2_000;

function CandleChart({ desk, ticker, interval }: CandleChartProps): JSX.Element {
  const candles = useRef<readonly Candle[]>([]);
  const [last, setLast] = useState<Candle>();
  const [count, setCount] = useState(0);
  const { element, plot } = usePlot((into) => plotCandles(into, candles.current));
  useEffect(() => {
    let isOver = false;
    const read = async () => {
      const state = desk.controls.state.value;
      if (state === undefined) return;
      const kept = candles.current;
      // The last one may have changed; the others have not.
      const since = kept.length > 1 ? kept[kept.length - 1]?.at : undefined;
      try {
        const newer = await readCandles(desk.client, ticker, interval, timeOf(state), since);
        if (isOver || newer.length === 0) return;
        candles.current = mergeCandles(kept, newer);
        plot.current?.setData(candleData(candles.current));
        setLast(candles.current[candles.current.length - 1]);
        setCount(candles.current.length);
      } catch {
        // The line tells what is wrong; the chart is read again with the next trade.
      }
    };
    const pace = new Pace(CANDLES_EVERY_MS, () => void read());
    pace.ask();
    const stops = [desk.markets.trades, desk.controls.state].map((cell) => cell.subscribe(() => pace.ask()));
    return () => {
      isOver = true;
      for (const stop of stops) stop();
    };
  }, []);
  const words = last === undefined
    ? "Nothing has traded in this time."
    : `Last candle: open ${showPrice(last.open)}, high ${showPrice(last.high)}, low ${
      showPrice(last.low)
    }, ` +
      `close ${showPrice(last.close)}, ${showCount(last.volume)} contracts`;
  return (
    <figure class="plot">
      <div ref={element} class="canvas" role="img" aria-label={`${count} candles of ${ticker}. ${words}`} />
      <figcaption>{words}</figcaption>
    </figure>
  );
}

/** How often the depth is drawn: its shape changes slowly. */
const DEPTH_EVERY_MS = 500;

function DepthChart({ desk }: { readonly desk: Desk }): JSX.Element {
  const data = () => {
    const { bids = [], asks = [] } = desk.markets.book.value ?? {};
    return depthData(bids, asks);
  };
  const [words, setWords] = useState("");
  const [isLive, setLive] = useState(true);
  const { element, plot } = usePlot((into) => plotDepth(into, data()));
  useEffect(() => {
    const draw = () => {
      const { bids = [], asks = [], isLive = false } = desk.markets.book.value ?? {};
      plot.current?.setData(data());
      const sum = (levels: readonly { readonly size: number }[]) =>
        levels.reduce((total, { size }) => total + size, 0);
      setLive(isLive);
      setWords(`${showCount(sum(bids))} contracts bid, ${showCount(sum(asks))} asked`);
    };
    const pace = new Pace(DEPTH_EVERY_MS, draw);
    pace.ask();
    return desk.markets.book.subscribe(() => pace.ask());
  }, []);
  return (
    <figure class={isLive ? "plot" : "plot old"}>
      <div ref={element} class="canvas" role="img" aria-label={`Depth of the book. ${words}`} />
      <figcaption>{isLive ? words : `Stale. ${words}`}</figcaption>
    </figure>
  );
}
