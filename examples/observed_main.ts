/** Runs the bot of `observed_bot.ts` with spans and metrics in memory, and prints them at the end. */
import { metrics, trace } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { run } from "./observed_bot.ts";

const spans = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }));
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const readers = [new PeriodicExportingMetricReader({ exporter })];
const meters = new MeterProvider({ readers });
metrics.setGlobalMeterProvider(meters);

await run();

for (const { name, attributes, events, status } of spans.getFinishedSpans()) {
  console.log(
    JSON.stringify({ span: name, ...attributes, status: status.code, events: events.map((one) => one.name) }),
  );
}
await meters.forceFlush();
const [measured] = exporter.getMetrics().at(-1)?.scopeMetrics[0]?.metrics ?? [];
console.log(JSON.stringify({ metric: measured?.descriptor.name, points: measured?.dataPoints.length }));
await meters.shutdown();
