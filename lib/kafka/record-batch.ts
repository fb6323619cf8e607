import type { OutboxRecord } from '../ports.ts';

/** Records on their way to another thread: what is short as it is, and all values one after the other. */
export interface RecordBatch {
  readonly heads: readonly (Omit<OutboxRecord, 'value'> & { readonly valueBytes: number })[];
  /** Its memory is its own and can be handed over. */
  readonly values: Uint8Array<ArrayBuffer>;
}

export function packRecords(records: readonly OutboxRecord[]): RecordBatch {
  let bytes = 0;
  const heads = records.map(({ value, ...head }) => {
    bytes += value.length;
    return { ...head, valueBytes: value.length };
  });
  const values = new Uint8Array(bytes);
  let at = 0;
  for (const { value } of records) {
    values.set(value, at);
    at += value.length;
  }
  return { heads, values };
}

/** The values are views of the one memory. */
export function unpackRecords({ heads, values }: RecordBatch): OutboxRecord[] {
  let at = values.byteOffset;
  return heads.map(({ valueBytes, ...head }) => {
    const value = Buffer.from(values.buffer, at, valueBytes);
    at += valueBytes;
    return { ...head, value };
  });
}
