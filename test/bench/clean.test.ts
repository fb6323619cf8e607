import { expect } from 'chai';
import { fault, parseProgress, type RunCounts } from '../../bench/clean.ts';

const good: RunCounts = {
  rate: 100,
  calls: 400,
  right: 400,
  progress: [
    { elapsedSeconds: 1, created: 80, failed: 0 },
    { elapsedSeconds: 2, created: 199, failed: 0 },
    { elapsedSeconds: 3, created: 299, failed: 0 },
    { elapsedSeconds: 4.2, created: 400, failed: 0 },
  ],
  callSeconds: 0.1,
  drops: 0,
};

describe('a run', () => {
  it('is clean when all calls were right, on time, and nothing was dropped', () => {
    expect(fault(good)).to.equal(undefined);
  });

  const cases: readonly [what: string, change: Partial<RunCounts>, said: string][] = [
    ['a datagram was dropped', { drops: 2 }, '2 datagrams dropped'],
    ['a call went wrong', { right: 399 }, '1 of 400 calls not right'],
    [
      'calls began late',
      { progress: [{ elapsedSeconds: 2, created: 150, failed: 0 }, ...good.progress.slice(2)] },
      '150 of 200 calls begun after 2.0 s',
    ],
    [
      'the last calls waited',
      { progress: [...good.progress, { elapsedSeconds: 6, created: 400, failed: 0 }] },
      'took 6.0 s instead of 4.1',
    ],
  ];
  for (const [what, change, said] of cases)
    it(`is not clean when ${what}`, () => {
      expect(fault({ ...good, ...change })).to.equal(said);
    });

  it("is read from SIPp's statistics", () => {
    const csv = [
      'StartTime;ElapsedTime(P);ElapsedTime(C);CallRate(C);TotalCallCreated;FailedCall(C);',
      'x;00:00:01:000;00:00:01:005;99.5;100;0;',
      'x;00:00:01:000;00:01:02:250000;99.5;200;3;',
    ];
    expect(parseProgress(`${csv.join('\n')}\n`)).to.deep.equal([
      { elapsedSeconds: 1.005, created: 100, failed: 0 },
      { elapsedSeconds: 62.25, created: 200, failed: 3 },
    ]);
  });
});
