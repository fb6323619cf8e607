import { expect } from 'chai';
import fc from 'fast-check';
import {
  decodeRecord,
  recordBytes,
  sealRecord,
  timeOfRecord,
} from '../../../lib/store/outbox/record-bytes.ts';

const parts = fc.record({
  topic: fc.constantFrom('callThread' as const, 'agentState' as const),
  key: fc.string({ unit: 'grapheme', maxLength: 300 }),
  event: fc.string({ unit: 'grapheme', maxLength: 40 }),
  timeMs: fc.nat({ max: 2 ** 48 - 1 }),
  json: fc.string({ unit: 'grapheme', maxLength: 2_000 }),
});
const place = fc.nat({ max: 2 ** 48 - 1 });

describe('a record in octets', () => {
  it('comes back as it went', () => {
    fc.assert(
      fc.property(parts, place, place, (wanted, position, sequence) => {
        const bytes = recordBytes(wanted);
        sealRecord(bytes, position, sequence);
        const { json, ...rest } = wanted;
        expect(decodeRecord(bytes)).to.deep.equal({
          ...rest,
          position,
          sequence,
          value: Buffer.from(json),
        });
        expect(timeOfRecord(bytes)).to.equal(wanted.timeMs);
      }),
    );
  });

  it('is none any more when an octet is another', () => {
    fc.assert(
      fc.property(parts, fc.nat(), fc.integer({ min: 1, max: 255 }), (wanted, at, flips) => {
        const bytes = recordBytes(wanted);
        sealRecord(bytes, 7, 8);
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ flips;
        expect(decodeRecord(bytes)).to.equal(undefined);
      }),
    );
  });

  it('is none any more when its end is missing', () => {
    fc.assert(
      fc.property(parts, fc.nat(), (wanted, at) => {
        const bytes = recordBytes(wanted);
        sealRecord(bytes, 7, 8);
        expect(decodeRecord(bytes.subarray(0, at % bytes.length))).to.equal(undefined);
      }),
    );
  });

  it('takes any time', () => {
    const at = (timeMs: number) =>
      timeOfRecord(recordBytes({ topic: 'callThread', key: '', event: '', timeMs, json: '' }));
    expect([at(-1), at(1.5), at(2 ** 60)]).to.deep.equal([0, 1, 2 ** 48 - 1]);
  });
});
