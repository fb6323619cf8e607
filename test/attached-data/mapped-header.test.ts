import { expect } from 'chai';
import { mappedHeader, mappedHeaderFault } from '../../lib/attached-data/mapped-header.ts';

describe('a value that is mapped to a header', () => {
  const faults = [
    ['X-Case', 'a\r\nVia: b', 'control-character'],
    ['X-Case', 'a\0', 'control-character'],
    ['X-Ca\nse', 'a', 'control-character'],
    ['X-Case Id', 'a', 'bad-key'],
    ['X-Käse', 'a', 'bad-key'],
    ['X-MS-Routing', 'a', 'bad-key'],
    ['X-MS-Custom-', 'a', 'bad-key'],
    ['X-MS-Custom-Case', 'ä b', undefined],
    ['User-to-User', 'ä b', undefined],
  ] as const;
  for (const [name, value, code] of faults) {
    it(`${JSON.stringify(`${name}: ${value}`)} is ${code ?? 'taken'}`, () => {
      expect(mappedHeaderFault(name, value)).to.equal(code);
    });
  }

  const uui = [
    ['Case 47', '0443617365203437;encoding=hex'],
    ['47', '043437;encoding=hex'],
    ['ä', '00C3A4;encoding=hex'],
    ['00FA08;encoding=hex', '00FA08;encoding=hex'],
    ['"a;b";purpose=acme', '"a;b";purpose=acme'],
    ['a; b c', '04613B20622063;encoding=hex'],
  ] as const;
  for (const [text, value] of uui) {
    it(`goes to User-to-User as ${value} when it is ${text}`, () => {
      expect(mappedHeader('User-To-User', text)).to.deep.equal({ name: 'User-To-User', value });
    });
  }

  it('goes to every other header as it is', () => {
    expect(mappedHeader('X-Case', ' a;b ')).to.deep.equal({ name: 'X-Case', value: ' a;b ' });
  });
});
