import { expect } from 'chai';
import { type Resolver, systemResolver } from '../../../lib/engine/user-agent/resolver.ts';

interface Asked {
  readonly resolve: Resolver;
  /** The names the machine was asked for. */
  readonly asked: string[];
  nowMs: number;
}

function resolver(answer: (host: string) => readonly string[] | Error): Asked {
  const asked: string[] = [];
  const all: Asked = {
    asked,
    nowMs: 0,
    resolve: systemResolver({
      nowMs: () => all.nowMs,
      ask: host => {
        asked.push(host);
        const found = answer(host);
        return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
      },
    }),
  };
  return all;
}

describe('the resolver of names', () => {
  it('asks once for a burst of calls', async () => {
    const { resolve, asked } = resolver(() => ['192.0.2.1']);
    const answers = await Promise.all([resolve('a.example'), resolve('a.example'), resolve('b.example')]);
    expect(answers).to.deep.equal([['192.0.2.1'], ['192.0.2.1'], ['192.0.2.1']]);
    expect(asked).to.deep.equal(['a.example', 'b.example']);
  });

  it('remembers an answer for ten seconds', async () => {
    const all = resolver(() => ['192.0.2.1']);
    await all.resolve('a.example');
    all.nowMs = 9_999;
    await all.resolve('a.example');
    expect(all.asked).to.have.length(1);
    all.nowMs = 10_000;
    await all.resolve('a.example');
    expect(all.asked).to.have.length(2);
  });

  it('has no address for a name that is unknown, and asks again the next time', async () => {
    const { resolve, asked } = resolver(() => new Error('ENOTFOUND'));
    expect([await resolve('a.example'), await resolve('a.example')]).to.deep.equal([[], []]);
    expect(asked).to.have.length(2);
  });

  it('resolves names of this machine', async () => {
    expect(await systemResolver()('localhost')).to.include.oneOf(['127.0.0.1', '::1']);
  });
});
