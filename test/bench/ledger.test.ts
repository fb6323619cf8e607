import { expect } from 'chai';
import { Ledger } from '../../bench/ledger.ts';

describe('the ledger', () => {
  const cpu = { story: 'short-call', system: 'direct', measure: 'CPU', unit: 's', at: 600 };

  it('makes one figure of the runs of one measure', () => {
    const ledger = new Ledger();
    for (const [value, foreign] of [
      [2, 0.1],
      [1, 0],
      [4, 0.2],
    ] as const)
      ledger.add(cpu, value, foreign);
    expect(ledger.figures).to.deep.equal([
      { ...cpu, median: 2, min: 1, max: 4, runs: 3, values: [2, 1, 4], foreignCores: [0.1, 0, 0.2] },
    ]);
  });

  it('keeps systems and rates apart, in the order in which they came', () => {
    const ledger = new Ledger();
    ledger.add(cpu, 1, 0);
    ledger.add({ ...cpu, at: 100 }, 2, 0);
    ledger.add({ ...cpu, system: 'kamailio' }, 3, 0);
    expect(ledger.figures.map(({ median }) => median)).to.deep.equal([1, 2, 3]);
  });

  it('knows the last value of a measure', () => {
    const ledger = new Ledger();
    ledger.add(cpu, 1, 0);
    ledger.add(cpu, 5, 0);
    expect(ledger.last('direct', 'CPU')).to.equal(5);
    expect(ledger.last('kamailio', 'CPU')).to.equal(undefined);
  });
});
