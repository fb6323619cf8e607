import { expect } from 'chai';
import type { Report } from '../../bench/comparison.ts';
import { Ledger } from '../../bench/ledger.ts';
import { parseOptions } from '../../bench/options.ts';
import { reportText } from '../../bench/report-text.ts';
import { reportHtml } from '../../bench/report-html.ts';

function report(): Report {
  const ledger = new Ledger();
  const cpu = { story: 'short-call', measure: 'CPU per 1,000 calls', unit: 's', at: 600 };
  for (const value of [0.5, 0.4, 0.6]) ledger.add({ ...cpu, system: 'direct' }, value, 0.1);
  ledger.add({ ...cpu, system: 'kamailio' }, 0.35, 0);
  const memory = { story: 'standing-calls', measure: 'memory per standing call', unit: 'KiB' };
  for (const at of [1_000, 5_000]) ledger.add({ ...memory, system: 'direct', at }, 30, 0);
  return {
    machine: '2 × processor',
    startedAt: '2026-01-01T00:00:00.000Z',
    tookSeconds: 600,
    options: parseOptions([]),
    systems: [
      { name: 'direct', about: 'Baton' },
      { name: 'kamailio', about: 'a proxy' },
    ],
    missing: [{ name: 'drachtio', why: 'not on PATH' }],
    figures: ledger.figures,
    discarded: [{ story: 'short-call', system: 'direct', measure: 'latency', why: 'others <busy>' }],
  };
}

describe('the report', () => {
  it('has the systems side by side, with the least and the most of several runs', () => {
    expect(reportText(report())).to.include(
      '| short-call | CPU per 1,000 calls, s | 600 | 0.500 (0.400 to 0.600) | 0.350 |',
    );
  });

  it('names what was discarded or left out, and why', () => {
    expect(reportText(report()))
      .to.include('drachtio: left out, not on PATH')
      .and.to.include('discarded: short-call, direct, latency: others <busy>');
  });

  it('is a page that loads nothing, with a plot for each measure', () => {
    const page = reportHtml(report());
    expect(page).not.to.match(/ (src|href)=/);
    expect(page.match(/<svg /g)).to.have.length(2);
    expect(page).to.include('others &lt;busy&gt;');
  });
});
