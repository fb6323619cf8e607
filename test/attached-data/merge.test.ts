import { expect } from 'chai';
import { applyAll } from '../../lib/attached-data/attached-data.ts';
import type { Entry, Scope } from '../../lib/attached-data/entry.ts';
import { type MergeRule, mergeOperations } from '../../lib/attached-data/merge.ts';
import { openKeyPolicy } from '../../lib/attached-data/key-policy.ts';
import type { LegId } from '../../lib/call/signal.ts';

const entry = (key: string, value: string, scope: Scope = 'call'): Entry => ({
  key,
  type: 'string',
  value,
  scope,
  from: { leg: 'a' as LegId, atMs: 1 },
});

const main = [entry('Case', '1', 'sip'), entry('Queue', 'gold'), entry('Case', '2', 'sip')];
const merged = [entry('case', '7'), entry('Note', 'x'), entry('Note', 'y')];

describe('the data of a call into which another is merged', () => {
  const rules: [rule: MergeRule, pairs: readonly string[]][] = [
    ['main-only', ['Case=1', 'Queue=gold', 'Case=2']],
    ['merged-only', ['case=7', 'Note=x', 'Note=y']],
    ['merged-over-main', ['Queue=gold', 'case=7', 'Note=x', 'Note=y']],
    ['main-over-merged', ['Case=1', 'Queue=gold', 'Case=2', 'Note=x', 'Note=y']],
  ];
  for (const [rule, pairs] of rules) {
    it(`${rule}: ${pairs.join(', ')}`, () => {
      const limits = { packedBytes: 16_000, mode: 'drop', keys: openKeyPolicy } as const;
      const { data } = applyAll(main, mergeOperations(main, merged, rule), limits);
      expect(data.map(({ key, value }) => `${key}=${value as string}`)).to.deep.equal(pairs);
    });
  }
});
