/** The channels of the event-contract WebSocket. */
import { channelFacts } from "../../../contract/event/channel_facts.ts";
import { commandParams } from "../../../contract/event/commands.ts";
import { channelsOf } from "./channels.ts";

export const eventChannels = channelsOf(channelFacts, commandParams);
