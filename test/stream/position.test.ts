import { expect } from 'chai';
import { formatPosition, parsePosition } from '../../lib/stream/position.ts';

describe('a stream position', () => {
  for (const text of ['00c0ffee-0', '00c0ffee-1', '00c0ffee-999999999999999']) {
    it(`${text} is read and written alike`, () => {
      const position = parsePosition(text);
      expect(position && formatPosition(position)).to.equal(text);
    });
  }

  for (const text of [
    '',
    '1',
    '-1',
    '00c0ffee',
    '00c0ffee-',
    '00c0ffee-01',
    '00C0FFEE-1',
    '0c0ffee-1',
    '00c0ffee--1',
    '00c0ffee-1 ',
    '00c0ffee-9999999999999999',
  ]) {
    it(`"${text}" is none`, () => {
      expect(parsePosition(text)).to.equal(undefined);
    });
  }
});
