/** Does something to an exchange, and keeps it in its state. */
import type { Exchange } from "./exchange.ts";
import { steer, type SteeringArguments, type SteeringCommand } from "./steering.ts";

/** Does what was checked, after everything that is due by now. */
export function steerKept<Name extends keyof SteeringArguments>(
  exchange: Exchange,
  name: Name,
  given: SteeringArguments[Name],
): unknown {
  const command = { name, given } as SteeringCommand;
  exchange.tick();
  exchange.keep({ do: "steer", ...command });
  return steer(exchange, command);
}
