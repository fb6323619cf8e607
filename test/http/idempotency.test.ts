import { expect } from 'chai';
import { AnswersGiven, type IdempotencyLimits } from '../../lib/http/idempotency.ts';

function desk(limits: Partial<IdempotencyLimits> = {}) {
  let nowMs = 0;
  let count = 0;
  const given = new AnswersGiven({ keepMs: 1000, maxAnswers: 10, maxChars: 100, ...limits }, () => nowMs);
  const ask = (key: string, request = 'same'): string => {
    const answer = given.once(key, request, () => ({ status: 200, text: `answer ${(count += 1)}` }));
    return answer === 'conflict' ? answer : answer.text;
  };
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { ask, pass };
}

describe('answers given', () => {
  it('are given again for the same request, and not for another', () => {
    const { ask } = desk();
    expect([ask('a'), ask('a'), ask('a', 'other'), ask('b')]).to.deep.equal([
      'answer 1',
      'answer 1',
      'conflict',
      'answer 2',
    ]);
  });

  it('are forgotten after their time', () => {
    const { ask, pass } = desk();
    ask('a');
    pass(999);
    expect(ask('a')).to.equal('answer 1');
    pass(1);
    expect(ask('a')).to.equal('answer 2');
  });

  for (const [what, limits] of [
    ['number', { maxAnswers: 2 }],
    ['size', { maxChars: 16 }],
  ] as const) {
    it(`beyond the limit of ${what} are forgotten, the oldest first`, () => {
      const { ask } = desk(limits);
      for (const key of ['a', 'b', 'c']) ask(key);
      expect([ask('b'), ask('c'), ask('a')]).to.deep.equal(['answer 2', 'answer 3', 'answer 4']);
    });
  }
});
