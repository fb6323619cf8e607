import { expect } from 'chai';
import { HeaderList } from '../../../lib/engine/message/header-list.ts';
import { contentLengthOf, readDigits } from '../../../lib/engine/message/header-value.ts';
import { listTokens } from '../../../lib/engine/message/option-tags.ts';

const headers = (...lines: readonly (readonly [string, string])[]): HeaderList => {
  const list = new HeaderList();
  for (const [name, value] of lines) list.append(name, value);
  return list;
};

describe('numbers in headers', () => {
  it('are digits and nothing else', () => {
    expect(readDigits('0068')).to.equal(68);
    expect(readDigits('9'.repeat(500))).to.equal(Infinity);
    for (const text of ['', '-1', '+1', ' 1', '1 ', '1e3', '0x1', '१'])
      expect(readDigits(text), text).to.equal(undefined);
  });

  it('Content-Length stands there once or it is bad', () => {
    expect(contentLengthOf(headers(['l', '5']))).to.equal(5);
    expect(contentLengthOf(headers())).to.equal(undefined);
    expect(contentLengthOf(headers(['l', '5'], ['Content-Length', '5']))).to.equal('bad');
    expect(contentLengthOf(headers(['l', '5, 5']))).to.equal('bad');
    expect(contentLengthOf(headers(['l', '']))).to.equal('bad');
  });
});

describe('list headers', () => {
  it('are read over all their lines', () => {
    const list = headers(['Supported', 'timer, 100rel'], ['k', ''], ['SUPPORTED', ',Replaces']);
    expect(listTokens(list, 'supported')).to.deep.equal(['timer', '100rel', 'Replaces']);
    expect(listTokens(list, 'require')).to.deep.equal([]);
  });
});
