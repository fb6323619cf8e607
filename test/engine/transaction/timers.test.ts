import { expect } from 'chai';
import { DEFAULT_TIMING, nextRetransmitMs, timerTable } from '../../../lib/engine/transaction/timers.ts';

describe('timerTable', () => {
  const udp = timerTable(DEFAULT_TIMING, false);
  const tcp = timerTable(DEFAULT_TIMING, true);

  // RFC 3261 Table 4; L and M: RFC 6026 §7.1, §7.2.
  const rows = [
    { timer: 'A', key: 'aMs', unreliable: 500, reliable: 0 },
    { timer: 'B', key: 'bMs', unreliable: 32_000, reliable: 32_000 },
    { timer: 'C', key: 'cMs', unreliable: 185_000, reliable: 185_000 },
    { timer: 'D', key: 'dMs', unreliable: 32_000, reliable: 0 },
    { timer: 'E', key: 'eMs', unreliable: 500, reliable: 0 },
    { timer: 'F', key: 'fMs', unreliable: 32_000, reliable: 32_000 },
    { timer: 'G', key: 'gMs', unreliable: 500, reliable: 0 },
    { timer: 'H', key: 'hMs', unreliable: 32_000, reliable: 32_000 },
    { timer: 'I', key: 'iMs', unreliable: 5_000, reliable: 0 },
    { timer: 'J', key: 'jMs', unreliable: 32_000, reliable: 0 },
    { timer: 'K', key: 'kMs', unreliable: 5_000, reliable: 0 },
    { timer: 'L', key: 'lMs', unreliable: 32_000, reliable: 32_000 },
    { timer: 'M', key: 'mMs', unreliable: 32_000, reliable: 32_000 },
  ] as const;
  for (const { timer, key, unreliable, reliable } of rows) {
    it(`timer ${timer} is ${unreliable} ms on UDP and ${reliable} ms on TCP`, () => {
      expect([udp[key], tcp[key]]).to.deep.equal([unreliable, reliable]);
    });
  }

  it('has no other timers', () => {
    expect(Object.keys(udp).sort()).to.deep.equal(rows.map(({ key }) => key).sort());
  });

  it('scales with the base values', () => {
    const scaled = timerTable({ t1Ms: 10, t2Ms: 80, t4Ms: 100, timerCMs: 3_000 }, false);
    expect([scaled.aMs, scaled.bMs, scaled.cMs, scaled.dMs, scaled.iMs]).to.deep.equal([
      10, 640, 3_000, 640, 100,
    ]);
  });

  it('waits more than three minutes for timer C when nothing else is said', () => {
    expect(timerTable({ t1Ms: 500, t2Ms: 4_000, t4Ms: 5_000 }, true).cMs).to.equal(185_000);
  });
});

describe('nextRetransmitMs', () => {
  const gaps = (timer: 'A' | 'E' | 'G'): number[] => {
    const all = [500];
    while (all.length < 7) all.push(nextRetransmitMs(timer, all.at(-1) ?? 0, DEFAULT_TIMING));
    return all;
  };

  it('doubles timer A without end', () => {
    expect(gaps('A')).to.deep.equal([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000]);
  });

  it('doubles timers E and G up to T2', () => {
    expect(gaps('E')).to.deep.equal([500, 1_000, 2_000, 4_000, 4_000, 4_000, 4_000]);
    expect(gaps('G')).to.deep.equal(gaps('E'));
  });
});
