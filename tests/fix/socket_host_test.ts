/** A session over real sockets whose peer reads nothing. */
import { assert, assertEquals } from "@std/assert";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { runtime } from "#runtime";
import { FixSession } from "../../src/fix/session.ts";
import type { FixEnd } from "../../src/fix/session_types.ts";
import { connectSession, type FixSocketLimits } from "../../src/fix/socket.ts";
import { MemoryFixStore } from "../../src/fix/store.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { logon, order } from "./peer.ts";
