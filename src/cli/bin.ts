#!/usr/bin/env node
/**
 * The program `kalshi` of the npm package.
 *
 * @module
 */
import { runProgram } from "./run.ts";

void runProgram();
