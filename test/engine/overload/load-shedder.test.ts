import { expect } from 'chai';
import fc from 'fast-check';
import { LoadShedder } from '../../../lib/engine/overload/load-shedder.ts';

/** Milliseconds. */
const late = 600;
const idle = 0;

function admittedOf(shedder: LoadShedder, calls: number): number {
  let admitted = 0;
  for (let call = 0; call < calls; call += 1) if (shedder.admits()) admitted += 1;
  return admitted;
}

describe('LoadShedder', () => {
  it('takes all calls while nothing waits', () => {
    const shedder = new LoadShedder({ maxDelayMs: 500 });
    shedder.observe(idle);
    expect([shedder.share, admittedOf(shedder, 1_000)]).to.deep.equal([1, 1_000]);
  });

  it('takes fewer each time when messages wait too long', () => {
    const shedder = new LoadShedder({ maxDelayMs: 500 });
    shedder.observe(late);
    expect(shedder.share).to.equal(0.7);
    shedder.observe(late);
    expect(shedder.share).to.be.closeTo(0.49, 1e-9);
  });

  it('does not take fewer while what waits becomes less', () => {
    const shedder = new LoadShedder({ maxDelayMs: 500 });
    for (const waitingMs of [2_000, 1_500, 600]) shedder.observe(waitingMs);
    expect(shedder.share).to.equal(0.7);
  });

  it('keeps to its share between half the delay and the delay', () => {
    const shedder = new LoadShedder({ maxDelayMs: 500 });
    shedder.observe(late);
    shedder.observe(400);
    expect(shedder.share).to.equal(0.7);
  });

  it('takes more again when nothing waits, in the end all', () => {
    const shedder = new LoadShedder({ maxDelayMs: 500 });
    for (let window = 0; window < 100; window += 1) shedder.observe(late);
    expect(shedder.share).to.equal(0.05);
    shedder.observe(idle);
    expect(shedder.share).to.be.closeTo(0.1, 1e-9);
    for (let window = 0; window < 19; window += 1) shedder.observe(idle);
    expect(shedder.share).to.equal(1);
  });

  it('sheds nothing when told so', () => {
    const shedder = new LoadShedder({ maxDelayMs: 0 });
    shedder.observe(60_000);
    expect(shedder.share).to.equal(1);
  });

  it('takes its share, evenly, whatever came before', () => {
    const windows = fc.array(fc.constantFrom(late, idle), { maxLength: 40 });
    fc.assert(
      fc.property(windows, fc.integer({ min: 1, max: 2_000 }), (seen, calls) => {
        const shedder = new LoadShedder({ maxDelayMs: 500 });
        for (const window of seen) {
          shedder.observe(window);
          shedder.admits();
        }
        expect(admittedOf(shedder, calls)).to.be.closeTo(shedder.share * calls, 2);
      }),
    );
  });
});
