import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { Bell } from './bell.ts';

export interface SseBlock {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
  readonly retry?: string;
  readonly comment?: string;
}

/** A reader of server-sent events who shows each block as it came. */
export class SseReader {
  readonly response: IncomingMessage;
  readonly blocks: SseBlock[] = [];
  /** Called for each block as it comes. */
  onBlock: (block: SseBlock) => void = () => undefined;
  ended = false;
  readonly #bell = new Bell();

  private constructor(response: IncomingMessage) {
    this.response = response;
    let rest = '';
    response.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n\n');
      rest = parts.pop() ?? '';
      for (const block of parts.map(blockOf)) {
        this.blocks.push(block);
        this.onBlock(block);
      }
      this.#bell.ring();
    });
    response.on('error', () => undefined);
    response.on('close', () => {
      this.ended = true;
      this.#bell.ring();
    });
  }

  /** Settles when the headers are there. */
  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<SseReader> {
    const request = get(url, { agent: false, headers: { accept: 'text/event-stream', ...headers } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    request.on('error', () => undefined);
    return new SseReader(response);
  }

  /** Blocks with data, in order. */
  get told(): readonly SseBlock[] {
    return this.blocks.filter(block => block.data !== undefined);
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    await this.#bell.first(
      () => (condition() ? true : undefined),
      () => `never: ${what}; got ${JSON.stringify(this.blocks.slice(-5))}`,
    );
  }

  close(): void {
    this.response.destroy();
  }
}

function blockOf(text: string): SseBlock {
  const fields = text.split('\n').map(line => {
    const colon = line.indexOf(':');
    const value = line.slice(colon + 1);
    return [colon === 0 ? 'comment' : line.slice(0, colon), value.startsWith(' ') ? value.slice(1) : value];
  });
  return Object.fromEntries(fields) as SseBlock;
}

export interface Frame {
  readonly position: string;
  readonly event?: { readonly id: string; readonly UserData?: readonly { readonly value: unknown }[] };
  readonly gap?: { readonly missedFrom: string | null; readonly missedTo: string };
}

/** A WebSocket client who keeps what it got. */
export class WebSocketReader {
  readonly socket: WebSocket;
  /** Events and gaps. */
  readonly frames: Frame[] = [];
  /** What the frames with nothing but a position said. */
  readonly positions: string[] = [];
  /** Called for each of them as it comes. */
  onFrame: (frame: Frame) => void = () => undefined;
  closed: { readonly code: number; readonly reason: string } | undefined;
  readonly #bell = new Bell();

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (text: Buffer) => {
      const frame = JSON.parse(text.toString()) as Frame;
      if (frame.event === undefined && frame.gap === undefined) this.positions.push(frame.position);
      else {
        this.frames.push(frame);
        this.onFrame(frame);
      }
      this.#bell.ring();
    });
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#bell.ring();
    });
  }

  static async open(
    url: string,
    headers: Readonly<Record<string, string>> = {},
    options: { readonly autoPong?: boolean } = {},
  ): Promise<WebSocketReader> {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers, ...options });
    const reader = new WebSocketReader(socket);
    await once(socket, 'open');
    return reader;
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    await this.#bell.first(
      () => (condition() ? true : undefined),
      () =>
        `never: ${what}; got ${JSON.stringify(this.frames.slice(-5))}, closed ${JSON.stringify(this.closed)}`,
    );
  }

  close(): void {
    this.socket.terminate();
  }
}
