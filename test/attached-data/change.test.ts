import { expect } from 'chai';
import { changeBetween } from '../../lib/attached-data/change.ts';
import { bob, header, pair } from './entries.ts';

describe('the change between two states', () => {
  it('is nothing when a value went away and came back', () => {
    const change = changeBetween([header('a', '1')], [header('a', '1', bob)]);
    expect(change.changedAnything).to.equal(false);
  });

  it('shows all pairs of a key that got a duplicate', () => {
    const { changed } = changeBetween([pair('a', '1')], [pair('a', '1'), pair('b', '2'), pair('a', '3')]);
    expect(changed.map(({ key, value }) => [key, value])).to.deep.equal([
      ['a', '1'],
      ['a', '3'],
      ['b', '2'],
    ]);
  });

  it('tells lists apart by what is in them', () => {
    const list = (value: string) =>
      ({ ...pair('l', ''), type: 'list', value: [{ key: 'k', type: 'string', value }] }) as const;
    expect(changeBetween([list('1')], [list('1')]).changedAnything).to.equal(false);
    expect(changeBetween([list('1')], [list('2')]).changedKeys).to.deep.equal(['l']);
  });
});
