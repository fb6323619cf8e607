import { connect, createServer, type Socket } from 'node:net';

/** Of requests (https://kafka.apache.org/protocol#protocol_api_keys). */
export const apiKeys = { produce: 0, addPartitionsToTxn: 24, endTxn: 26, txnOffsetCommit: 28 } as const;

/** What stands between Baton and a broker and can lose answers. */
export class KafkaRelay {
  readonly #server;
  readonly #sockets = new Set<Socket>();
  #loseAnswerTo: number | undefined;
  #lost: () => void = () => {};

  constructor(targetPort: number) {
    this.#server = createServer(near => this.#pair(near, connect(targetPort, '127.0.0.1')));
  }

  async start(port: number): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(port, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>(resolve => this.#server.close(() => resolve()));
  }

  /** The next such request reaches the broker; the connection breaks when its answer comes. Resolves then. */
  async loseAnswerTo(apiKey: number): Promise<void> {
    this.#loseAnswerTo = apiKey;
    await new Promise<void>(resolve => (this.#lost = resolve));
  }

  #pair(near: Socket, far: Socket): void {
    const frames = new Frames();
    let isLosing = false;
    near.on('data', bytes => {
      for (const frame of frames.receive(bytes)) {
        if (frame.readInt16BE(4) === this.#loseAnswerTo) {
          this.#loseAnswerTo = undefined;
          isLosing = true;
        }
        far.write(frame);
      }
    });
    far.on('data', bytes => {
      if (!isLosing) {
        near.write(bytes);
        return;
      }
      near.destroy();
      this.#lost();
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}

/** Requests are told apart by the length before each. */
class Frames {
  #rest = Buffer.alloc(0);

  receive(bytes: Buffer): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const frames: Buffer[] = [];
    while (this.#rest.length >= 4 && this.#rest.length >= 4 + this.#rest.readInt32BE(0)) {
      const length = 4 + this.#rest.readInt32BE(0);
      frames.push(this.#rest.subarray(0, length));
      this.#rest = this.#rest.subarray(length);
    }
    return frames;
  }
}
