import { expect } from 'chai';
import { fillIn, fillInJson } from './words.ts';

describe('words in braces', () => {
  it('are filled in where they are known', () => {
    expect(fillIn('sip:{target} {x*3} {nobody}', new Map([['target', 'a:1']]))).to.equal(
      'sip:a:1 xxx {nobody}',
    );
  });

  it('are filled in in every text of a JSON value, whatever they stand for', () => {
    expect(fillInJson({ '{word}': ['{word}', 1, { a: {} }] }, new Map([['word', '"\n']]))).to.deep.equal({
      '"\n': ['"\n', 1, { a: {} }],
    });
  });
});
