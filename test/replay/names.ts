import { branchOf, cseqOf, headerOf, type SipText, tagOf } from './sip-text.ts';

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
    this.#learn(headerOf(recorded, 'call-id'), headerOf(live, 'call-id'));
    this.#learn(tagOf(recorded, 'from'), tagOf(live, 'from'));
    this.#learn(tagOf(recorded, 'to'), tagOf(live, 'to'));
    this.#learn(branchOf(recorded), branchOf(live));
    const numbers = numbersOf(recorded);
    if (this.#cseqOffsets.has(numbers)) return;
    this.#cseqOffsets.set(numbers, cseqOf(live).number - cseqOf(recorded).number);
  }

  learnTransaction(recorded: string, live: string): void {
    if (recorded === '' || live === '' || this.#transactionsToLive.has(recorded)) return;
    this.#transactionsToLive.set(recorded, live);
    this.#transactionsToRecorded.set(live, recorded);
  }

  transactionToLive(recorded: string): string {
    return this.#transactionsToLive.get(recorded) ?? recorded;
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
    return cseqOf(recorded).number + (this.#cseqOffsets.get(numbersOf(recorded)) ?? 0);
  }

  /** A message of an end or an application, ready to be sent in this run. */
  messageToLive(octets: string, recorded: SipText): string {
    return this.toLive(octets).replace(/^(cseq: *)\d+/im, `$1${this.cseqToLive(recorded)}`);
  }

  #learn(recorded: string | undefined, live: string | undefined): void {
    if (recorded === undefined || live === undefined || this.#toLive.has(recorded)) return;
    this.#toLive.set(recorded, live);
    this.#toRecorded.set(live, recorded);
  }
}

/** Each side of a dialog numbers its own requests (RFC 3261 §12.2.1.1). */
function numbersOf(message: SipText): string {
  return `${headerOf(message, 'call-id') ?? ''} ${tagOf(message, 'from') ?? ''}`;
}

function replaceAll(text: string, names: ReadonlyMap<string, string>): string {
  let replaced = text;
  for (const [from, to] of names) if (from !== to) replaced = replaced.replaceAll(from, to);
  return replaced;
}

function replacePorts(text: string, ports: ReadonlyMap<string, string>): string {
  return text.replace(/(?<![\w.])\d{4,5}(?![\w.])/g, number => ports.get(number) ?? number);
}
