/** What every namespace is made with. */

import type { HttpPipeline } from "./pipeline.ts";

/** What all namespaces of a client share: the pipeline that sends their requests. */
export abstract class Namespace {
  /**
   * Sends the requests.
   *
   * @internal
   */
  protected readonly http: HttpPipeline;

  /** Made by the client. */
  constructor(http: HttpPipeline) {
    this.http = http;
  }
}
