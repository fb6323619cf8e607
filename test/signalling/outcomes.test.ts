import { expect } from 'chai';
import { Outcomes } from '../../lib/signalling/outcomes.ts';
import type { SendFailure } from '../../lib/signalling/wire.ts';

const lost: SendFailure = { kind: 'connection', reason: 'lost' };
const refused: SendFailure = { kind: 'refused', reason: 'no' };
const failureOf = (error: unknown): SendFailure => ({ kind: 'refused', reason: String(error) });

describe('Outcomes', () => {
  let told: SendFailure[];
  let outcomes: Outcomes;

  beforeEach(() => {
    told = [];
    outcomes = new Outcomes(tell => tell());
  });

  const expectOne = () => outcomes.expect(failure => told.push(failure));

  it('tell the first failure and no other', () => {
    const outcome = expectOne();
    outcome.fail(lost);
    outcome.fail(refused);
    expect([told, outcome.take(), outcomes.size]).to.deep.equal([[lost], false, 0]);
  });

  it('tell no failure after success', () => {
    const outcome = expectOne();
    expect(outcome.take()).to.equal(true);
    outcome.fail(lost);
    expect([told, outcomes.size]).to.deep.equal([[], 0]);
  });

  it('fail all that are due at once', () => {
    expectOne().take();
    expectOne();
    expectOne();
    outcomes.failAll(lost);
    expect(told).to.deep.equal([lost, lost]);
  });

  it('tell in a later turn what fails or is thrown while it is written', async () => {
    const first = expectOne();
    outcomes.write(first, () => first.fail(refused), failureOf);
    outcomes.write(
      expectOne(),
      () => {
        throw new Error('broken');
      },
      failureOf,
    );
    expect(told).to.deep.equal([]);
    await Promise.resolve();
    expect(told).to.deep.equal([refused, { kind: 'refused', reason: 'Error: broken' }]);
  });

  it('stop what watches over them when they are settled', () => {
    let stopped = 0;
    for (const settle of ['take', 'fail'] as const) {
      const outcome = expectOne();
      outcome.stopWatch = () => {
        stopped += 1;
      };
      if (settle === 'take') outcome.take();
      else outcome.fail(lost);
    }
    expect(stopped).to.equal(2);
  });
});
