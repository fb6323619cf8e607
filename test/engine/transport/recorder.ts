import type { ByteString } from '../../../lib/engine/message/bytes.ts';
import type { TransportNotice } from '../../../lib/engine/transport/notice.ts';
import { Transports, type TransportsOptions } from '../../../lib/engine/transport/transports.ts';
import type {
  Flow,
  Hop,
  SendFailure,
  StreamFault,
  TransportUser,
} from '../../../lib/engine/transport/transport.ts';

/** Writes down what a transport brings, and lets a test wait for it. */
export class Recorder implements TransportUser {
  readonly messages: { bytes: ByteString; flow: Flow }[] = [];
  readonly closed: Flow[] = [];
  readonly broken: StreamFault[] = [];
  readonly notices: TransportNotice[] = [];
  readonly failures: SendFailure[] = [];
  onMessage: (bytes: ByteString, flow: Flow) => void = () => undefined;
  onBroken: (fault: StreamFault, flow: Flow) => void = () => undefined;
  readonly #waiting = new Set<() => void>();

  receiveMessage(bytes: ByteString, flow: Flow): void {
    this.messages.push({ bytes, flow });
    this.#somethingCame();
    this.onMessage(bytes, flow);
  }

  streamBroken(fault: StreamFault, flow: Flow): void {
    this.broken.push(fault);
    this.onBroken(fault, flow);
    this.#somethingCame();
  }

  flowClosed(flow: Flow): void {
    this.closed.push(flow);
    this.#somethingCame();
  }

  readonly onNotice = (notice: TransportNotice): void => {
    this.notices.push(notice);
    this.#somethingCame();
  };

  readonly onFailure = (failure: SendFailure): void => {
    this.failures.push(failure);
    this.#somethingCame();
  };

  /** Resolves as soon as `holds`; a test that waits in vain runs into its time limit. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>(resolve => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  endOf(): string[] {
    return this.notices.flatMap(notice => (notice.kind === 'connection-closed' ? [notice.reason] : []));
  }

  #somethingCame(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

export interface Party {
  readonly recorder: Recorder;
  readonly transports: Transports;
  /** The bound address of that protocol. */
  hop(protocol?: 'udp' | 'tcp'): Hop;
  send(bytes: ByteString, hop: Hop, flow?: Flow): void;
}

const started: Transports[] = [];

/** A transport bound to free ports of loopback, stopped by `stopAll`. */
export async function party(options: Partial<TransportsOptions> = {}): Promise<Party> {
  const recorder = new Recorder();
  const transports = new Transports({
    listen: listenOn('127.0.0.1'),
    onNotice: recorder.onNotice,
    ...options,
  });
  started.push(transports);
  await transports.start(recorder);
  return {
    recorder,
    transports,
    hop: (protocol = 'udp') => {
      const hop = transports.listeners.find(listener => listener.protocol === protocol);
      if (hop === undefined) throw new Error(`no listener for ${protocol}`);
      return hop;
    },
    send: (bytes, hop, flow) => {
      transports.send(bytes, hop, recorder.onFailure, flow);
    },
  };
}

export async function stopAll(): Promise<void> {
  await Promise.all(started.splice(0).map(transports => transports.stop()));
}

export function listenOn(address: string): Hop[] {
  return [
    { protocol: 'udp', address, port: 0 },
    { protocol: 'tcp', address, port: 0 },
  ];
}
