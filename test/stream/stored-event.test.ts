import { expect } from 'chai';
import { encodeEvent } from '../../lib/events/encode.ts';
import { StoredEvent } from '../../lib/stream/stored-event.ts';
import { changeOf } from '../../support/sample-change.ts';

describe('a stored event', () => {
  it('is encoded once, when somebody reads it', () => {
    let encodings = 0;
    const counted = Object.defineProperty(changeOf(''), 'CallID', {
      enumerable: true,
      get: () => (encodings += 1),
    });
    const stored = new StoredEvent(1, counted);
    expect(encodings).to.equal(0);
    const { json } = stored;
    expect([stored.json, stored.jsonBytes]).to.deep.equal([json, Buffer.byteLength(json)]);
    expect(encodings).to.equal(1);
  });

  for (const [what, value] of [
    ['no data to speak of', ''],
    ['a long value', 'x'.repeat(20_000)],
    ['a long value of three octets each', '€'.repeat(5_000)],
  ] as const) {
    it(`knows its size within a factor of two before: ${what}`, () => {
      const event = changeOf(value);
      const octets = Buffer.byteLength(encodeEvent(event));
      expect(new StoredEvent(1, event).roughBytes).to.be.within(octets / 2, octets * 2);
    });
  }
});
