import { expect } from 'chai';
import fc from 'fast-check';
import { parseStateLine, serializeStateLine } from '../../lib/store/state-lines.ts';

describe('a line of the state file', () => {
  it('comes back as it was written, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.option(fc.jsonValue()), (shelf, name, thing) => {
        const line = { shelf, name, json: thing === null ? undefined : JSON.stringify(thing) };
        const text = serializeStateLine(line);
        expect(text.indexOf('\n')).to.equal(text.length - 1);
        expect(parseStateLine(text.slice(0, -1))).to.deep.equal(line);
      }),
    );
  });

  for (const text of [
    '',
    'x',
    'null',
    '7',
    '[]',
    '{}',
    '{"shelf":"dns"}',
    '{"shelf":7,"name":"a"}',
    '{"shelf":"dns","name":"a"',
  ]) {
    it(`is not ${text === '' ? 'empty' : text}`, () => {
      expect(parseStateLine(text)).to.equal(undefined);
    });
  }
});
