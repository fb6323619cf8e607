import { expect } from 'chai';
import { parsePrometheusText, sumOf } from '../../support/prometheus-text.ts';

const scrape = [
  '# HELP baton_calls Live calls',
  '# TYPE baton_calls gauge',
  'baton_calls 2',
  'attempts_total{verdict="answered",blame="nobody"} 3',
  'attempts_total{verdict="rejected",blame="callee"} 1',
  'attempts_total{verdict="rejected",blame="caller"} 1.5e1',
  '',
].join('\n');

describe('a Prometheus scrape', () => {
  const samples = parsePrometheusText(scrape);

  it('gives the value of a series without labels', () => {
    expect(sumOf(samples, 'baton_calls')).to.equal(2);
  });

  it('adds up every sample that has the labels named', () => {
    expect(sumOf(samples, 'attempts_total{verdict="rejected"}')).to.equal(16);
    expect(sumOf(samples, 'attempts_total{verdict="rejected",blame="callee"}')).to.equal(1);
    expect(sumOf(samples, 'attempts_total')).to.equal(19);
  });

  it('is 0 for what was never counted', () => {
    expect(sumOf(samples, 'attempts_total{verdict="cancelled"}')).to.equal(0);
    expect(sumOf(samples, 'unheard_of')).to.equal(0);
  });
});
