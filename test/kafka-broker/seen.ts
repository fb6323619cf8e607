import { KafkaReader, type ReadRecord } from '../../support/kafka-reader.ts';

/** What is on a topic once there are `count` records at least, and a little later. */
export async function seenOn(
  bootstrap: string,
  topic: string,
  count: number,
): Promise<readonly ReadRecord[]> {
  const reader = new KafkaReader({ bootstrap, topic });
  try {
    await reader.until(records => records.length >= count, `${count} on ${topic}`);
    return await reader.catchUp();
  } finally {
    await reader.close();
  }
}

export const valuesOf = (seen: readonly ReadRecord[]): string[] => seen.map(({ value }) => value);
