import { detectRuntime } from "#runtime";
import { testHttpPool } from "./support/http_pool_suite.ts";

testHttpPool("detected", detectRuntime);
