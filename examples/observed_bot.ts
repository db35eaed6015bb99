/**
 * A bot that can be watched: log lines by pino, a span for each call and each attempt in it, and a histogram of how
 * long attempts take, by OpenTelemetry. Exporters are yours: give the providers what sends to your collector.
 *
 *     node --env-file=.env observed_bot.js
 */
import { metrics, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import { type ClientHooks, KalshiClient, KalshiError } from "@unofficial/kalshi";
import { pino } from "pino";

/** Hooks that make spans and metrics of calls. */
function telemetry(): ClientHooks {
  const tracer = trace.getTracer("kalshi");
  const durations = metrics.getMeter("kalshi").createHistogram("kalshi.attempt.duration", { unit: "ms" });
  const spans = new Map<number, Span>();
  return {
    onRequest: ({ callId, attempt, method, path }) => {
      const span = spans.get(callId) ??
        tracer.startSpan(`${method} ${path}`, { attributes: { "kalshi.call": callId } });
      spans.set(callId, span);
      span.addEvent("request", { attempt });
    },
    onResponse: ({ callId, attempt, method, status, durationMs }) => {
      spans.get(callId)?.addEvent("response", { attempt, status });
      durations.record(durationMs, { method, status });
    },
    onRetry: ({ callId, attempt, delayMs, error }) =>
      spans.get(callId)?.addEvent("retry", { attempt, delayMs, code: error.code }),
    onEnd: ({ callId, attempts, error }) => {
      const span = spans.get(callId);
      spans.delete(callId);
      span?.setAttribute("kalshi.attempts", attempts);
      if (error !== undefined) {
        span?.setAttribute("kalshi.outcome", error.outcome);
        span?.setStatus({ code: SpanStatusCode.ERROR, message: error.code });
      }
      span?.end();
    },
  };
}

/** Runs the bot with whatever providers of OpenTelemetry are registered. */
export async function run(): Promise<void> {
  const logger = pino({ level: "debug", base: null });
  await using client = await KalshiClient.fromEnv(undefined, { logger, logLevel: "debug", ...telemetry() });
  await using stream = await client.stream();
  const { items: [market] } = await client.markets.list({ status: "open", limit: 1 });
  if (market === undefined) throw new Error("There is no open market.");
  const book = await stream.orderBook(market.ticker);
  logger.info({ ticker: market.ticker, bid: book.bestBid, ask: book.bestAsk }, "the book is live");
  try {
    await client.markets.get("NO-SUCH-MARKET");
  } catch (error) {
    if (!(error instanceof KalshiError)) throw error;
    logger.warn({ code: error.code, status: error.status }, "there is no such market");
  }
}
