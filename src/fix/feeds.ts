/** The iterables of a client: each has a queue of its own between the session and its reader. */
import { type QueueOptions, queueRules, StreamQueue } from "../base/queue.ts";
import { readOptions } from "../base/options.ts";
import type { AsyncItems } from "../base/web_types.ts";
import type { ReceivedMessage } from "../contract/fix/codec.ts";
import type { FixItem, FixMarker } from "./items.ts";

/** What a full queue of reports holds: those of a busy second. */
const LIMIT = 10_000;

interface Feed {
  readonly takes: (message: ReceivedMessage) => boolean;
  readonly queue: StreamQueue<FixItem<ReceivedMessage>>;
}

type State = { readonly name: "open" } | { readonly name: "ended"; readonly error: unknown };

/** Hands every message to the readers that want it, and markers to all. */
export class Feeds {
  readonly #feeds = new Set<Feed>();
  #state: State = { name: "open" };

  /**
   * A new iterable. By default a reader that falls behind is told by an error: nothing private is dropped in silence.
   *
   * @param keyOf for the policy `latest`: what replaces what
   */
  open<Message extends ReceivedMessage>(
    name: string,
    takes: (message: ReceivedMessage) => boolean,
    given: QueueOptions = {},
    keyOf?: (message: Message) => unknown,
  ): AsyncItems<FixItem<Message>> {
    const { policy = "error", limit = LIMIT } = readOptions("queue", given, queueRules);
    const queue = new StreamQueue<FixItem<ReceivedMessage>>({
      name,
      policy,
      limit,
      keyOf: (item) => item.MsgType === undefined ? undefined : keyOf?.(item as Message) ?? symbolOf(item),
      onEnd: () => void this.#feeds.delete(feed),
    });
    const feed: Feed = { takes, queue };
    if (this.#state.name === "open") this.#feeds.add(feed);
    else queue.end(this.#state.error);
    return queue as unknown as AsyncItems<FixItem<Message>>;
  }

  /** A message came. */
  push(message: ReceivedMessage): void {
    for (const { takes, queue } of this.#feeds) if (takes(message)) queue.push(message);
  }

  /** Something may be missing: every reader is told. */
  mark(marker: FixMarker): void {
    for (const { queue } of this.#feeds) queue.push(marker);
  }

  /** Every reader gets what is queued, then the end, or the error. */
  end(error: unknown): void {
    if (this.#state.name === "ended") return;
    this.#state = { name: "ended", error };
    for (const { queue } of this.#feeds) queue.end(error);
    this.#feeds.clear();
  }
}

const symbolOf = (item: object): unknown => (item as { readonly Symbol?: string }).Symbol ?? item;
