import { expect } from 'chai';
import { AnswersGiven, type IdempotencyLimits } from '../../lib/http/idempotency.ts';

interface Asked {
  readonly owner?: string;
  readonly request?: string;
  readonly status?: number;
}

function desk(limits: Partial<IdempotencyLimits> = {}) {
  let nowMs = 0;
  let count = 0;
  const given = new AnswersGiven({ keepMs: 1000, maxAnswers: 10, maxChars: 100, ...limits }, () => nowMs);
  const ask = async (key: string, { owner = 'crm', request = 'same', status = 200 }: Asked = {}) => {
    const answer = await given.once({ owner, key, request }, () => ({
      status,
      text: `answer ${(count += 1)}`,
    }));
    return typeof answer === 'string' ? answer : answer.text;
  };
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { given, ask, pass };
}

describe('answers given', () => {
  it('are given again for the same request, and not for another', async () => {
    const { ask } = desk();
    expect([
      await ask('a'),
      await ask('a'),
      await ask('a', { request: 'other' }),
      await ask('b'),
    ]).to.deep.equal(['answer 1', 'answer 1', 'conflict', 'answer 2']);
  });

  it('are forgotten after their time', async () => {
    const { ask, pass } = desk();
    await ask('a');
    pass(999);
    expect(await ask('a')).to.equal('answer 1');
    pass(1);
    expect(await ask('a')).to.equal('answer 2');
  });

  for (const [what, limits] of [
    ['number', { maxAnswers: 2 }],
    ['size', { maxChars: 16 }],
  ] as const) {
    it(`beyond the limit of ${what} are forgotten, the oldest first`, async () => {
      const { ask } = desk(limits);
      for (const key of ['a', 'b', 'c']) await ask(key);
      expect([await ask('b'), await ask('c'), await ask('a')]).to.deep.equal([
        'answer 2',
        'answer 3',
        'answer 4',
      ]);
    });

    it(`of one owner are not pushed out by another who is beyond the limit of ${what}`, async () => {
      const { ask } = desk(limits);
      await ask('a', { owner: 'quiet' });
      for (const key of ['a', 'b', 'c', 'd']) await ask(key, { owner: 'busy' });
      expect(await ask('a', { owner: 'quiet' })).to.equal('answer 1');
    });
  }

  it('that are failures of ours are not kept: the next try may succeed', async () => {
    const { ask } = desk();
    expect(await ask('a', { status: 500 })).to.equal('answer 1');
    expect([await ask('a'), await ask('a')]).to.deep.equal(['answer 2', 'answer 2']);
  });

  it('that never came leave their key free', async () => {
    const { given, ask } = desk();
    const broken = given.once({ owner: 'crm', key: 'a', request: 'same' }, () => {
      throw new Error('broken');
    });
    expect(await broken.catch((error: unknown) => error)).to.be.instanceOf(Error);
    expect(await ask('a')).to.equal('answer 1');
  });

  it('are waited for by nobody: the same request meanwhile hears that it is under way, another that it is not the same', async () => {
    const { given, ask } = desk();
    let answer = (): void => undefined;
    const first = given.once({ owner: 'crm', key: 'a', request: 'same' }, async () => {
      await new Promise<void>(resolve => (answer = resolve));
      return { status: 200, text: 'at last' };
    });
    expect([await ask('a'), await ask('a', { request: 'other' })]).to.deep.equal(['under-way', 'conflict']);
    expect(await ask('a', { owner: 'ivr' })).to.equal('answer 1');
    answer();
    expect(await first).to.deep.include({ text: 'at last' });
    expect(await ask('a')).to.equal('at last');
  });
});
