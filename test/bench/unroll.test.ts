import { expect } from 'chai';
import { unroll } from '../../bench/unroll.ts';

describe('a scenario', () => {
  const text = [
    'INVITE',
    '<!-- for each change -->',
    'INFO NUMBER',
    '<!-- where changes are told -->',
    'told',
    '<!-- end -->',
    '<!-- end of change -->',
    'BYE',
  ].join(' ');
  const words = (scenario: string): string[] => scenario.split(/\s+/);

  it('has its part for each change that often, counted', () => {
    const written = unroll(text, { times: 2, told: true });
    expect(words(written)).to.deep.equal(['INVITE', 'INFO', '2', 'told', 'INFO', '3', 'told', 'BYE']);
  });

  it('leaves out what only comes from systems that tell changes', () => {
    expect(words(unroll(text, { times: 1, told: false }))).to.deep.equal(['INVITE', 'INFO', '2', 'BYE']);
  });

  it('is as it was where it has neither', () => {
    expect(unroll('INVITE BYE', { times: 3, told: true })).to.equal('INVITE BYE');
  });
});
