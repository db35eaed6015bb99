import { runtimeName } from "../support/test.ts";
import { rawOrigin, testAnswers } from "./support/answer_suite.ts";

testAnswers("the network as it is found", () => rawOrigin(), runtimeName === "deno");
