import { expect } from 'chai';
import { jsonPointer } from '../../lib/http/json-pointer.ts';

describe('a JSON pointer', () => {
  for (const [steps, pointer] of [
    [[], ''],
    [['userData', 0, 'key'], '/userData/0/key'],
    [[''], '/'],
    [['a/b', 'm~n'], '/a~1b/m~0n'],
    [['~1'], '/~01'],
  ] as const) {
    it(`to ${JSON.stringify(steps)} is "${pointer}"`, () => {
      expect(jsonPointer(...steps)).to.equal(pointer);
    });
  }
});
