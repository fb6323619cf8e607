import type { SipText } from '../../support/sip-text.ts';

/**
 * What the recorded server chose, and what stands for it in this run: ports, tags, branches, Call-IDs, CSeq numbers,
 * transaction ids. Learnt from each message of the engine that stands for one in the trace.
 */
export class Names {
  readonly #toLive = new Map<string, string>();
  readonly #toRecorded = new Map<string, string>();
  readonly #transactionsToLive = new Map<string, string>();
  readonly #transactionsToRecorded = new Map<string, string>();
  /** Recorded Call-ID and tag of who numbers → what to add to the recorded numbers: 0 for those of the ends. */
  readonly #cseqOffsets = new Map<string, number>();
  readonly #portsToLive: ReadonlyMap<string, string>;
  readonly #portsToRecorded: ReadonlyMap<string, string>;

  /** Of several live ports for one recorded the first is used. */
  constructor(ports: readonly (readonly [recorded: number, live: number])[]) {
    const pairs = ports.map(([recorded, live]) => [`${recorded}`, `${live}`] as const);
    this.#portsToLive = new Map(pairs.toReversed());
    this.#portsToRecorded = new Map(pairs.map(([recorded, live]) => [live, recorded]));
  }

  /** `recorded` and `live` stand at the same place; the first pair of a name counts. */
  learnMessage(recorded: SipText, live: SipText): void {
    this.#learn(recorded.get('call-id'), live.get('call-id'));
    this.#learn(recorded.tagOf('From'), live.tagOf('From'));
    this.#learn(recorded.tagOf('To'), live.tagOf('To'));
    this.#learn(branchOf(recorded), branchOf(live));
    const numbers = numbersOf(recorded);
    if (this.#cseqOffsets.has(numbers)) return;
    this.#cseqOffsets.set(numbers, live.cseq.number - recorded.cseq.number);
  }

  learnTransaction(recorded: string, live: string): void {
    if (recorded === '' || live === '' || this.#transactionsToLive.has(recorded)) return;
    this.#transactionsToLive.set(recorded, live);
    this.#transactionsToRecorded.set(live, recorded);
  }

  transactionToRecorded(live: string): string {
    return this.#transactionsToRecorded.get(live) ?? live;
  }

  toLive(text: string): string {
    return replacePorts(replaceAll(text, this.#toLive), this.#portsToLive);
  }

  toRecorded(text: string): string {
    return replacePorts(replaceAll(text, this.#toRecorded), this.#portsToRecorded);
  }

  /** The CSeq number that stands in this run for that of a recorded message. */
  cseqToLive(recorded: SipText): number {
    return recorded.cseq.number + (this.#cseqOffsets.get(numbersOf(recorded)) ?? 0);
  }

  /** A message of an end or an application, ready to be sent in this run. */
  messageToLive(recorded: SipText): string {
    return this.toLive(recorded.raw).replace(/^(cseq: *)\d+/im, `$1${this.cseqToLive(recorded)}`);
  }

  /** A frame of an application, without its length, ready to be sent in this run. */
  frameToLive(payload: string): string {
    const [line = '', ...rest] = payload.split('\r\n');
    const [id, verb, transaction = '', ...more] = line.split('|');
    if (verb !== 'sip') return payload;
    const tokens = [id, verb, this.#transactionToLive(transaction), ...more.map(token => this.toLive(token))];
    return `${tokens.join('|')}\r\n${this.toLive(rest.join('\r\n'))}`;
  }

  #transactionToLive(recorded: string): string {
    return this.#transactionsToLive.get(recorded) ?? recorded;
  }

  #learn(recorded: string, live: string): void {
    if (recorded === '' || live === '' || this.#toLive.has(recorded)) return;
    this.#toLive.set(recorded, live);
    this.#toRecorded.set(live, recorded);
  }
}

function branchOf(message: SipText): string {
  return /;branch=([^;,\s]+)/.exec(message.get('via'))?.[1] ?? '';
}

/** Each side of a dialog numbers its own requests (RFC 3261 §12.2.1.1). */
function numbersOf(message: SipText): string {
  return `${message.get('call-id')} ${message.tagOf('From')}`;
}

function replaceAll(text: string, names: ReadonlyMap<string, string>): string {
  let replaced = text;
  for (const [from, to] of names) if (from !== to) replaced = replaced.replaceAll(from, to);
  return replaced;
}

function replacePorts(text: string, ports: ReadonlyMap<string, string>): string {
  return text.replace(/(?<![\w.])\d{4,5}(?![\w.])/g, number => ports.get(number) ?? number);
}
