import { expect } from 'chai';
import { answerToInfo, packagesTaken } from '../../lib/attached-data/info-package.ts';

describe('an INFO', () => {
  const ours = ['x-attached-data'];
  const line = (name: string, value: string) => ({ name, value });

  it('with our package and a body we read is taken', () => {
    const headers = [
      line('Info-Package', 'X-Attached-Data;v=1'),
      line('c', 'application/json; charset=utf-8'),
    ];
    expect(answerToInfo(headers, ours)).to.deep.equal({ kind: 'accepted' });
    expect(answerToInfo(headers.slice(0, 1), ours)).to.deep.equal({ kind: 'accepted' });
  });

  it('with another body of our package is refused 415', () => {
    const headers = [line('Info-Package', 'x-attached-data'), line('Content-Type', 'text/xml')];
    expect(answerToInfo(headers, ours)).to.deep.equal({ kind: 'refused', status: 415 });
  });

  it('with another package is refused 469 with the list of ours', () => {
    const answer = answerToInfo([line('Info-Package', 'foo')], ['a', 'b']);
    expect(answer).to.deep.equal({ kind: 'refused', status: 469, recvInfo: 'a, b' });
  });

  it('with any package is refused 469 with nil when we take none', () => {
    const answer = answerToInfo([line('Info-Package', 'foo')], []);
    expect(answer).to.deep.equal({ kind: 'refused', status: 469, recvInfo: 'nil' });
  });

  it('without a package is legacy, with any body', () => {
    expect(answerToInfo([line('Content-Type', 'application/dtmf-relay')], ours)).to.deep.equal({
      kind: 'legacy',
    });
  });
});

describe('Recv-Info', () => {
  for (const [value, packages] of [
    ['baton-attached-data', ['baton-attached-data']],
    ['A;x="1,2" , b', ['a', 'b']],
    ['nil', []],
    ['', []],
  ] as const) {
    it(`"${value}" names ${packages.length === 0 ? 'none' : packages.join(' and ')}`, () => {
      expect(packagesTaken(value)).to.deep.equal(packages);
    });
  }
});
