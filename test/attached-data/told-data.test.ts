import { expect } from 'chai';
import { compileKeyPolicy, openKeyPolicy } from '../../lib/attached-data/key-policy.ts';
import { toldData } from '../../lib/attached-data/told-data.ts';
import { header, int, pair } from './entries.ts';

describe('data as events tell it', () => {
  const keys = compileKeyPolicy([
    { key: 'Pin', redact: ['events'] },
    { key: 'Note', redact: ['log'] },
  ]);

  it('has every key, and of those that events hide a text in place of the value', () => {
    const data = [header('pin', '1'), int('Pin', 2), pair('Note', '3')];
    expect(toldData(data, keys)).to.deep.equal([
      header('pin', '[redacted]'),
      pair('Pin', '[redacted]'),
      pair('Note', '3'),
    ]);
  });

  it('looks into lists', () => {
    const list = (value: string) => ({
      ...pair('L', ''),
      type: 'list' as const,
      value: [{ key: 'Pin', type: 'string' as const, value }],
    });
    expect(toldData([list('1')], keys)).to.deep.equal([list('[redacted]')]);
  });

  it('is the data itself without rules', () => {
    const data = [pair('Pin', '1')];
    expect(toldData(data, openKeyPolicy)).to.equal(data);
  });
});
