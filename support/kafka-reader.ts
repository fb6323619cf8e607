import { setTimeout as later } from 'node:timers/promises';
import { Consumer, type SASLOptions } from '@platformatic/kafka';

/** A record as a consumer gets it that reads what is committed. */
export interface ReadRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly timeMs: number;
  readonly key: string | undefined;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface KafkaReaderOptions {
  readonly bootstrap: string;
  readonly topic: string;
  readonly sasl?: SASLOptions;
}

type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;
type Partition = FetchResponse['responses'][number]['partitions'][number];
type Batch = NonNullable<Partition['records']>[number];

/** KIP-98: bits of a batch's attributes. */
const isTransactional = 0x10;
const isControl = 0x20;
const readUncommitted = 0;
const pauseMs = 100;

/** What was read of one partition. */
interface Progress {
  next: bigint;
  readonly records: ReadRecord[];
  /** Batches that nobody has committed or aborted yet, and all that came after the first of them. */
  held: { readonly batch: Batch; fate: 'open' | 'committed' | 'aborted' }[];
}

/**
 * Reads one topic from its beginning, as a consumer does that reads what is committed. It tells transactions apart by their
 * markers alone: the client's own filter shows records of a producer that has aborted twice, and of one whose marker comes in the next
 * fetch.
 */
export class KafkaReader {
  readonly #consumer: Consumer;
  readonly #topic: string;
  readonly #partitions = new Map<number, Progress>();

  constructor({ bootstrap, topic, sasl }: KafkaReaderOptions) {
    this.#topic = topic;
    this.#consumer = new Consumer({
      clientId: 'reader',
      groupId: 'reader',
      bootstrapBrokers: [bootstrap],
      retries: 0,
      ...(sasl === undefined ? {} : { sasl }),
    });
  }

  /** Those read so far: partition after partition, each in order. */
  get records(): readonly ReadRecord[] {
    const partitions = [...this.#partitions].sort(([one], [other]) => one - other);
    return partitions.flatMap(([, { records }]) => records);
  }

  /**
   * Reads to where the topic ends now; gives all that was read since the reader was made. What was committed a moment ago
   * may still be without its marker: `until` waits for it.
   */
  async catchUp(): Promise<readonly ReadRecord[]> {
    const ends = await this.#consumer.listOffsets({ topics: [this.#topic], isolationLevel: readUncommitted });
    const wanted = ends.get(this.#topic) ?? [];
    while (wanted.some((end, partition) => this.#progressOf(partition).next < end)) await this.#fetch();
    return this.records;
  }

  /** Goes on reading, also while no broker answers, until there are enough. */
  async until(
    enough: (records: readonly ReadRecord[]) => boolean,
    what: string,
    withinMs = 30_000,
  ): Promise<readonly ReadRecord[]> {
    const deadline = Date.now() + withinMs;
    let trouble: unknown;
    while (!enough(this.records)) {
      if (Date.now() > deadline)
        throw new Error(`never came true of ${this.records.length} records: ${what}`, { cause: trouble });
      try {
        await this.catchUp();
      } catch (error) {
        trouble = error;
      }
      await later(pauseMs);
    }
    return this.records;
  }

  async close(): Promise<void> {
    await this.#consumer.close();
  }

  async #fetch(): Promise<void> {
    const { topics } = await this.#consumer.metadata({ topics: [this.#topic] });
    const topic = topics.get(this.#topic);
    if (topic === undefined) throw new Error(`no topic ${this.#topic}`);
    const partitions = topic.partitions.map((_, partition) => ({
      partition,
      currentLeaderEpoch: -1,
      fetchOffset: this.#progressOf(partition).next,
      lastFetchedEpoch: -1,
      partitionMaxBytes: 1_000_000,
    }));
    const { responses } = await this.#consumer.fetch({
      node: topic.partitions[0]?.leader ?? -1,
      topics: [{ topicId: topic.id, partitions }],
      isolationLevel: readUncommitted,
      maxWaitTime: pauseMs,
    });
    for (const { partitionIndex, records = [] } of responses.flatMap(({ partitions }) => partitions))
      for (const batch of records) this.#take(partitionIndex, batch);
  }

  #progressOf(partition: number): Progress {
    const known = this.#partitions.get(partition);
    if (known !== undefined) return known;
    const fresh: Progress = { next: 0n, records: [], held: [] };
    this.#partitions.set(partition, fresh);
    return fresh;
  }

  #take(partition: number, batch: Batch): void {
    const progress = this.#progressOf(partition);
    // A fetch answers with whole batches, which may begin before what was asked for.
    if (batch.firstOffset < progress.next) return;
    progress.next = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
    if ((batch.attributes & isControl) !== 0) decide(progress, batch);
    else
      progress.held.push({ batch, fate: (batch.attributes & isTransactional) === 0 ? 'committed' : 'open' });
    release(partition, progress);
  }
}

/** KIP-98: the key of a marker is its version and its type, 16 bits each; type 0 aborts, 1 commits. */
function decide({ held }: Progress, { producerId, records: [marker] }: Batch): void {
  const type = marker?.key?.readInt16BE(2);
  if (type !== 0 && type !== 1) return;
  for (const entry of held)
    if (entry.fate === 'open' && entry.batch.producerId === producerId)
      entry.fate = type === 1 ? 'committed' : 'aborted';
}

/** Nothing at or after the first open transaction is seen by who reads what is committed. */
function release(partition: number, progress: Progress): void {
  const open = progress.held.findIndex(({ fate }) => fate === 'open');
  const decided = progress.held.splice(0, open === -1 ? progress.held.length : open);
  for (const { batch, fate } of decided)
    if (fate === 'committed') progress.records.push(...recordsOf(partition, batch));
}

function recordsOf(partition: number, { firstOffset, firstTimestamp, records }: Batch): ReadRecord[] {
  return records.map(({ offsetDelta, timestampDelta, key, value, headers }) => ({
    partition,
    offset: firstOffset + BigInt(offsetDelta),
    timeMs: Number(firstTimestamp + timestampDelta),
    key: key?.toString(),
    value: value?.toString() ?? '',
    headers: Object.fromEntries(headers.map(([name, value]) => [String(name), String(value)])),
  }));
}
