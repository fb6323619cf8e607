/** What the engine counts. Plain numbers, added in place; a metrics shell reads them when asked. */
export class EngineCounters {
  messagesReceived = 0;
  messagesSent = 0;
  /** Datagrams or stream messages that were no SIP at all: dropped in silence. */
  unparsable = 0;
  /** Requests the engine itself refused, by status (400, 405, 413, 414, 416, 420, 481, 482, 487, 491, 500, 501, 503, 505, 513). */
  refused = new Map<number, number>();
  /** Requests dropped or refused because of where they came from. */
  unadmitted = 0;
  /** INVITEs answered 503 because there was too much to do. */
  callsShed = 0;
  retransmissionsAbsorbed = 0;
  retransmissionsSent = 0;
  transactionTimeouts = 0;
  transportErrors = 0;
  strayResponses = 0;
  forkedAnswersEnded = 0;
  framesReceived = 0;
  framesSent = 0;
  framesRefused = 0;
  authenticationFailures = 0;
  /** Control clients closed because they did not read. */
  slowClientsClosed = 0;
  ownersLost = 0;
  dialogsRebound = 0;
  dialogsEndedForLostOwner = 0;

  countRefused(status: number): void {
    this.refused.set(status, (this.refused.get(status) ?? 0) + 1);
  }
}
