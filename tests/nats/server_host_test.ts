/** What the tests of this room take for granted of the server. */
import { assertEquals, assertRejects } from "@std/assert";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { until } from "../support/until.ts";
import { natsTest, startNats } from "./support/server.ts";

natsTest(
  "a server keeps what it has acknowledged when it is killed, and a connection finds it again",
  async () => {
    await using server = await startNats();
    const connection = await server.connect();
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: "S", subjects: ["s.>"] });
    const first = await jetstream(connection).publish("s.a", "one", {
      msgID: "1",
      expect: { lastSequence: 0 },
    });
    assertEquals([first.seq, first.duplicate], [1, false]);
    const again = await jetstream(connection).publish("s.a", "one", {
      msgID: "1",
      expect: { lastSequence: 0 },
    });
    assertEquals([again.seq, again.duplicate], [1, true]);
    await assertRejects(
      () => jetstream(connection).publish("s.a", "two", { msgID: "2", expect: { lastSequence: 0 } }),
      Error,
      "wrong last sequence: 1",
    );
    const kv = await new Kvm(connection).create("B");
    assertEquals(await kv.create("key", "value"), 1);
    let back = false;
    void (async () => {
      for await (const { type } of connection.status()) back ||= type === "reconnect";
    })();
    await server.kill();
    await server.start();
    await until(() => back);
    const { state } = await manager.streams.info("S");
    assertEquals([state.messages, state.last_seq], [1, 1]);
    assertEquals(await kv.update("key", "more", 1), 2);
  },
);
