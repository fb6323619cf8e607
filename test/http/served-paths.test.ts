import { expect } from 'chai';
import { ServedPaths } from '../../lib/http/served-paths.ts';

describe('what is allowed at a path', () => {
  const served = new ServedPaths();
  served.add('/v1/calls', 'GET');
  served.add('/v1/calls', ['HEAD']);
  served.add('/v1/calls/:connId', ['GET', 'HEAD']);
  served.add('/v1/calls/:connId/release', 'POST');

  for (const [path, allow] of [
    ['/v1/calls', 'GET, HEAD'],
    ['/v1/calls/00a1@acme:node1', 'GET, HEAD'],
    ['/v1/calls/00a1@acme:node1/release', 'POST'],
    ['/v1/calls/', undefined],
    ['/v1/calls//release', undefined],
    ['/v1/calls/a/b/release', undefined],
    ['/v1/Calls', undefined],
    ['/', undefined],
  ] as const) {
    it(`${path}: ${allow ?? 'nothing is there'}`, () => {
      expect(served.allowFor(path)).to.equal(allow);
    });
  }
});
