import type { NgCommand } from '../../../lib/rtpengine/command.ts';
import type { NgWire } from '../../../lib/rtpengine/ng-client.ts';

/** Datagrams on paper: the test reads what was sent, and is the instance. */
export class PaperNgWire implements NgWire {
  onDatagram: (datagram: string) => void = () => {};
  onUnreachable: (reason: string) => void = () => {};
  readonly sent: string[] = [];
  closed = false;

  send(datagram: string): void {
    this.sent.push(datagram);
  }

  close(): void {
    this.closed = true;
  }

  get last(): { readonly cookie: string; readonly command: NgCommand } {
    const text = this.sent.at(-1) ?? '';
    const space = text.indexOf(' ');
    return { cookie: text.slice(0, space), command: JSON.parse(text.slice(space + 1)) as NgCommand };
  }

  /** Answers what was sent last. */
  answer(dictionary: object): void {
    this.onDatagram(`${this.last.cookie} ${JSON.stringify(dictionary)}`);
  }
}
