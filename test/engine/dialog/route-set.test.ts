import { expect } from 'chai';
import { routeSetOfUac, routeSetOfUas, routeWithinDialog } from '../../../lib/engine/dialog/route-set.ts';
import { HeaderList } from '../../../lib/engine/message/header-list.ts';

const recorded = (...lines: string[]): HeaderList => {
  const headers = new HeaderList();
  for (const line of lines) headers.append('Record-Route', line);
  return headers;
};

describe('the route set of a dialog', () => {
  const headers = recorded('<sip:p1;lr>, <sip:p2;lr>', '<sip:p3;lr;x="a,b">');

  it('is the Record-Route of the request in order for a UAS', () => {
    expect(routeSetOfUas(headers)).to.deep.equal(['<sip:p1;lr>', '<sip:p2;lr>', '<sip:p3;lr;x="a,b">']);
  });

  it('is the Record-Route of the response in reverse for a UAC', () => {
    expect(routeSetOfUac(headers)).to.deep.equal(['<sip:p3;lr;x="a,b">', '<sip:p2;lr>', '<sip:p1;lr>']);
  });

  it('is empty without Record-Route', () => {
    expect(routeSetOfUac(recorded())).to.deep.equal([]);
  });

  const target = 'sip:bob@192.0.2.4';
  const table = [
    ['no route: straight to the target', [], { requestUri: target, routes: [], nextHopUri: target }],
    [
      'loose: the target stays in the Request-URI',
      ['<sip:p1;lr>', '<sip:p2;lr>'],
      { requestUri: target, routes: ['<sip:p1;lr>', '<sip:p2;lr>'], nextHopUri: 'sip:p1;lr' },
    ],
    [
      'strict: the first route becomes the Request-URI, the target goes last',
      ['<sip:p1>', '<sip:p2;lr>'],
      { requestUri: 'sip:p1', routes: ['<sip:p2;lr>', `<${target}>`], nextHopUri: 'sip:p1' },
    ],
  ] as const;
  for (const [what, routes, expected] of table) {
    it(`leads a request: ${what}`, () => {
      expect(routeWithinDialog(routes, target)).to.deep.equal(expected);
    });
  }
});
