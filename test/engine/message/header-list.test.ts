import { expect } from 'chai';
import { HeaderList } from '../../../lib/engine/message/header-list.ts';

const list = (...lines: readonly (readonly [string, string])[]): HeaderList => {
  const headers = new HeaderList();
  for (const [name, value] of lines) headers.append(name, value);
  return headers;
};

const linesOf = (headers: HeaderList): string[] => {
  const lines: string[] = [];
  headers.forEach((name, value) => lines.push(`${name}: ${value}`));
  return lines;
};

describe('a header list', () => {
  it('finds lines by key, however they are spelled', () => {
    const headers = list(['v', 'first'], ['f', 'alice'], ['VIA', 'second']);
    expect(headers.get('via')).to.equal('first');
    expect(headers.all('via')).to.deep.equal(['first', 'second']);
    expect(headers.has('from')).to.equal(true);
    expect(headers.get('to')).to.equal(undefined);
    expect(headers.all('to')).to.deep.equal([]);
    expect(headers.length).to.equal(3);
  });

  it('says which names stand there more than once', () => {
    const headers = list(['To', 'a'], ['From', 'b'], ['t', 'c']);
    expect(headers.isRepeated('to')).to.equal(true);
    expect(headers.isRepeated('from')).to.equal(false);
    expect(headers.isRepeated('via')).to.equal(false);
  });

  it('keeps order and spelling', () => {
    const headers = list(['Via', 'top'], ['x-b', '2'], ['X-A', '1']);
    headers.append('x-B', '3');
    expect(linesOf(headers)).to.deep.equal(['Via: top', 'x-b: 2', 'X-A: 1', 'x-B: 3']);
  });

  it('sets in place and leaves one line of that name', () => {
    const headers = list(['a', '1'], ['X-N', 'old'], ['b', '2'], ['x-n', 'older']);
    headers.set('x-N', 'new');
    headers.set('X-Other', 'added');
    expect(linesOf(headers)).to.deep.equal(['a: 1', 'X-N: new', 'b: 2', 'X-Other: added']);
  });

  it('replaces the value of the first line only', () => {
    const headers = list(['Via', '1'], ['Via', '2']);
    headers.replaceFirst('via', 'new');
    headers.replaceFirst('to', 'nobody');
    expect(linesOf(headers)).to.deep.equal(['Via: new', 'Via: 2']);
  });

  it('removes all lines of a name', () => {
    const headers = list(['Via', '1'], ['To', 'x'], ['v', '2']);
    headers.remove('via');
    expect(linesOf(headers)).to.deep.equal(['To: x']);
  });

  it('is copied so that changes stay apart', () => {
    const headers = list(['To', 'x']);
    const copy = headers.clone();
    copy.set('To', 'y');
    copy.append('From', 'z');
    expect(linesOf(headers)).to.deep.equal(['To: x']);
    expect(linesOf(copy)).to.deep.equal(['To: y', 'From: z']);
  });
});
