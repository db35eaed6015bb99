/** The channels of the perps WebSocket. */
import { channelFacts } from "../../../contract/perps/channel_facts.ts";
import { commandParams } from "../../../contract/perps/commands.ts";
import { channelsOf } from "./channels.ts";

export const marginChannels = channelsOf(channelFacts, commandParams);
