import { expect } from 'chai';
import fc from 'fast-check';
import { packRecords, unpackRecords } from '../../lib/kafka/record-batch.ts';
import type { OutboxRecord } from '../../lib/ports.ts';

const record: fc.Arbitrary<OutboxRecord> = fc.record({
  position: fc.nat(),
  topic: fc.constantFrom('callThread' as const, 'agentState' as const),
  key: fc.string(),
  sequence: fc.nat(),
  event: fc.string(),
  timeMs: fc.nat(),
  value: fc.uint8Array().map(bytes => Buffer.from(bytes)),
});

describe('a batch of records on its way to another thread', () => {
  it('is the same when it has arrived', () => {
    fc.assert(
      fc.property(fc.array(record), records => {
        const { heads, values } = packRecords(records);
        const arrived = structuredClone({ heads, values }, { transfer: [values.buffer] });
        expect(unpackRecords(arrived)).to.deep.equal(records);
      }),
    );
  });

  it('takes no more memory along than its values have', () => {
    const pooled = Buffer.from('a value in a pool of Node');
    const [one] = [
      { position: 1, topic: 'callThread', key: 'k', sequence: 1, event: 'E', timeMs: 0 } as const,
    ];
    const { values } = packRecords([{ ...one, value: pooled }]);
    expect(values.buffer.byteLength).to.equal(pooled.length);
  });
});
