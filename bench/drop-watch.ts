import { udpDrops } from './process-tree.ts';

/** A socket's count goes with the socket: it is read while the load's ends still run. */
const intervalMs = 200;

/** Counts datagrams that the sockets of some ports drop because their receive buffers are full. */
export class DropWatch {
  readonly #ports: readonly number[];
  readonly #before: ReadonlyMap<number, number>;
  readonly #timer: NodeJS.Timeout;
  #last: ReadonlyMap<number, number> = new Map();

  private constructor(ports: readonly number[], before: ReadonlyMap<number, number>) {
    this.#ports = ports;
    this.#before = before;
    this.#timer = setInterval(() => void this.#read(), intervalMs);
  }

  static async start(ports: readonly number[]): Promise<DropWatch> {
    return new DropWatch(ports, await udpDrops(ports));
  }

  async stop(): Promise<number> {
    clearInterval(this.#timer);
    await this.#read();
    let drops = 0;
    for (const [port, count] of this.#last) drops += Math.max(0, count - (this.#before.get(port) ?? 0));
    return drops;
  }

  async #read(): Promise<void> {
    this.#last = new Map([...this.#last, ...(await udpDrops(this.#ports))]);
  }
}
