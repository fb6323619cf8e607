import { expect } from 'chai';
import { Rota } from '../../../lib/engine/control/rota.ts';

function rotaOf(...members: string[]): Rota<string> {
  const rota = new Rota<string>();
  for (const member of members) rota.add('invite', member);
  return rota;
}

const take = (rota: Rota<string>, times: number): (string | undefined)[] =>
  Array.from({ length: times }, () => rota.take('invite'));

describe('the rota of a method', () => {
  it('gives each member its turn', () => {
    expect(take(rotaOf('alice', 'bob', 'carol'), 7)).to.deep.equal([
      'alice',
      'bob',
      'carol',
      'alice',
      'bob',
      'carol',
      'alice',
    ]);
  });

  it('counts a member that registers twice once', () => {
    expect(take(rotaOf('alice', 'alice', 'bob', 'alice'), 4)).to.deep.equal(['alice', 'bob', 'alice', 'bob']);
  });

  it('keeps the turns of methods apart', () => {
    const rota = rotaOf('alice', 'bob');
    rota.add('options', 'bob');
    expect([
      rota.take('invite'),
      rota.take('options'),
      rota.take('options'),
      rota.take('invite'),
    ]).to.deep.equal(['alice', 'bob', 'bob', 'bob']);
  });

  for (const [turnsBefore, leaver, after] of [
    [0, 'alice', ['bob', 'carol', 'bob']],
    [1, 'alice', ['bob', 'carol', 'bob']],
    [1, 'bob', ['carol', 'alice', 'carol']],
    [2, 'alice', ['carol', 'bob', 'carol']],
    [3, 'carol', ['alice', 'bob', 'alice']],
  ] as const) {
    it(`goes on with the next when ${leaver} leaves after ${turnsBefore} turns`, () => {
      const rota = rotaOf('alice', 'bob', 'carol');
      take(rota, turnsBefore);
      rota.remove('invite', leaver);
      expect(take(rota, 3)).to.deep.equal(after);
    });
  }

  it('has nobody for a method that nobody registered, or nobody any more', () => {
    const rota = rotaOf('alice');
    rota.remove('invite', 'alice');
    rota.remove('invite', 'bob');
    expect(take(rota, 1)).to.deep.equal([undefined]);
    expect(rota.take('options')).to.equal(undefined);
  });
});
