/** Members at the other end of a session without a session: every message goes over the wire and is judged strictly. */
import { assertEquals } from "@std/assert";
import { readOptions } from "../../../../../src/base/options.ts";
import { decodeMessage, encodeMessage } from "../../../../../src/contract/fix/codec.ts";
import { kalshiDictionary } from "../../../../../src/contract/fix/dictionary.ts";
import type { FixMessage } from "../../../../../src/contract/fix/messages.ts";
import { FixFields, FixHeader } from "../../../../../src/contract/fix_fields.ts";
import { FixWriter } from "../../../../../src/contract/fix_writer.ts";
import { FieldChecks } from "../../../../../src/fix/checks.ts";
import { FixFramer } from "../../../../../src/fix/framer.ts";
import type { Received } from "../../../../../src/fix/session_types.ts";
import type { Account } from "../../../../../src/local_exchange/engine/model.ts";
import { Exchange } from "../../../../../src/local_exchange/exchange.ts";
import type { Participant } from "../../../../../src/local_exchange/gateways/fix/participant.ts";
import { exchangeRules } from "../../../../../src/local_exchange/options.ts";
import { settingsOf } from "../../../../../src/local_exchange/settings.ts";
import type { ApiKey } from "../../../../../src/local_exchange/signatures.ts";
import type { LocalExchangeOptions } from "../../../../../src/local_exchange/types.ts";
import { ManualClock } from "../../../../../src/testing/manual_clock.ts";
import { plain } from "../../../../fix/peer.ts";

const checks = new FieldChecks(kalshiDictionary);

/** An exchange without people, on a clock that stands. */
export function newExchange(options: LocalExchangeOptions = {}): Exchange {
  return new Exchange(
    settingsOf(readOptions("LocalExchange", {
      clock: new ManualClock(Date.UTC(2026, 10, 29, 17)),
      markets: 20,
      marketMakers: false,
      ...options,
    }, exchangeRules)),
  );
}

/** A message as it would have come, under a number. */
export function received<Message extends FixMessage>(message: Message, MsgSeqNum = 2): Received<Message> {
  return {
    ...message,
    header: Object.assign(new FixHeader(), { MsgType: message.MsgType, MsgSeqNum, SenderCompID: "a-key" }),
  };
}

/** A key of an account. */
export function keyOf(account: Account, subaccount?: number): ApiKey {
  return {
    id: `key of ${account.id}`,
    name: "test",
    account,
    type: "ed25519",
    publicKey: {} as ApiKey["publicKey"],
    scopes: ["read", "write"],
    subaccount,
  };
}

/** A message as it was read off the wire, without what is absent. */
// deno-lint-ignore no-explicit-any -- messages are looked into freely; the dictionary has judged them
export type Wire = any;

/** A member that keeps what it gets. */
export class Reader implements Participant {
  readonly key: ApiKey;
  readonly useDollars: boolean;
  readonly #writer = new FixWriter({
    beginString: "FIXT.1.1",
    SenderCompID: "Kalshi",
    TargetCompID: "a-key",
  });
  readonly #framer = new FixFramer();
  readonly #fields = new FixFields();
  readonly #got: Wire[] = [];
  readonly #emptyQuoteId: boolean;

  /** `emptyQuoteId`: takes reports that name no quote, as Kalshi sends them. */
  constructor(key: ApiKey, options: { readonly useDollars?: boolean; readonly emptyQuoteId?: boolean } = {}) {
    this.key = key;
    this.useDollars = options.useDollars ?? false;
    this.#emptyQuoteId = options.emptyQuoteId ?? false;
  }

  send(message: FixMessage): void {
    const writer = this.#writer;
    encodeMessage(writer, { MsgSeqNum: 1, sendingTimeMs: 0 }, message);
    this.#framer.push(writer.bytes.slice(writer.start, writer.end));
    assertEquals(this.#framer.next(this.#fields), true);
    this.#fields.session();
    const wrong = checks.find(this.#fields);
    if (!(this.#emptyQuoteId && wrong?.reason === 4 && wrong.tag === 117)) {
      assertEquals(wrong, undefined, `${message.MsgType}: ${JSON.stringify(message)}`);
    }
    const decoded = plain(decodeMessage(this.#fields)) as Record<string, unknown>;
    assertEquals(decoded.extra, undefined);
    delete decoded.header;
    assertEquals(decoded, plain(message), "what was read is not what was written");
    this.#got.push(decoded);
  }

  get account(): Account {
    return this.key.account;
  }

  accepts(): void {}

  /** What came since the last look. */
  got(): Wire[] {
    return this.#got.splice(0);
  }
}
