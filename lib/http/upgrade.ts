import { IncomingMessage } from 'node:http';

/**
 * RFC 9110 §7.8: an upgrade to a protocol that is not spoken here is ignored, and the request served as it is. Java's HttpClient
 * asks every server for h2c; Node would take the rest of such a connection, the body included, for that protocol.
 */
export class HttpRequest extends IncomingMessage {
  /** What Node says; it says so already while constructing, before any field could have a value. */
  declare asksForUpgrade: boolean | null;

  /** Node sets it when it has read the header, and asks it whether it is done with HTTP. */
  get upgrade(): boolean | null {
    if (this.asksForUpgrade !== true || this.method === 'CONNECT') return this.asksForUpgrade;
    return this.method === 'GET' && this.headers.upgrade?.toLowerCase() === 'websocket';
  }

  set upgrade(value: boolean | null) {
    this.asksForUpgrade = value;
  }
}
