import { expect } from 'chai';
import { highestRates } from '../../bench/workers.ts';

const model = { cpuPerThousand: 0.5, loadPerThousand: 0.2, datagramPairUs: 10, handOverPairUs: 1 };

describe('what more threads would bring', () => {
  it('is little with two cores: one thread has the calls as before, without the socket', () => {
    const { oneProcess, withWorkers } = highestRates(2, model);
    expect(oneProcess).to.be.closeTo(2_000, 1);
    expect(withWorkers).to.be.closeTo(1 / (0.0005 - 65e-6 + 6.5e-6), 1);
  });

  it('is bounded by both cores where the load takes much of them', () => {
    const { withWorkers } = highestRates(2, { ...model, loadPerThousand: 0.6 });
    expect(withWorkers).to.be.closeTo(2 / (0.0005 + 0.0006 + 2 * 6.5e-6), 1);
  });

  it('grows with the cores until the owner of the socket has no time left', () => {
    const alone = { ...model, loadPerThousand: 0 };
    const rates = [2, 4, 8, 64].map(cores => highestRates(cores, alone).withWorkers);
    expect(rates).to.deep.equal([...rates].sort((one, other) => one - other));
    expect(rates.at(-1)).to.be.closeTo(1 / (6.5 * 11e-6), 1);
    expect(highestRates(64, alone).oneProcess).to.be.closeTo(2_000, 1);
  });
});
