import { expect } from 'chai';
import fc from 'fast-check';
import { applyAll, type DataLimits } from '../../lib/attached-data/attached-data.ts';
import type { AttachedData, Entry, Operation } from '../../lib/attached-data/entry.ts';
import { packedBytes } from '../../lib/attached-data/packed-size.ts';
import { valueText } from '../../lib/attached-data/views.ts';
import { alice, bob, header, int, pair, shown, wireLimits } from './entries.ts';

const apply = (data: AttachedData, operation: Operation, limits: DataLimits) =>
  applyAll(data, [operation], limits);
const update = (...entries: Entry[]): Operation => ({ operation: 'update', entries });
const attach = (...entries: Entry[]): Operation => ({ operation: 'attach', entries });
const remove = (...keys: string[]): Operation => ({ operation: 'delete', keys });
const removeAll: Operation = { operation: 'delete-all' };
const fromApi = (limitBytes: number): DataLimits => ({ packedBytes: limitBytes, mode: 'refuse' });

describe('attached data', () => {
  const rules: {
    rule: string;
    before: Entry[];
    operation: Operation;
    after: string[];
    changedKeys: string[];
  }[] = [
    {
      rule: 'attach appends',
      before: [pair('a', '1')],
      operation: attach(pair('b', '2')),
      after: ['a=1', 'b=2'],
      changedKeys: ['b'],
    },
    {
      rule: 'attach of a known key makes a duplicate',
      before: [pair('a', '1'), pair('b', '2')],
      operation: attach(pair('a', '3')),
      after: ['a=1', 'b=2', 'a=3'],
      changedKeys: ['a'],
    },
    {
      rule: 'attach of the very same pair makes a duplicate too',
      before: [pair('a', '1')],
      operation: attach(pair('a', '1')),
      after: ['a=1', 'a=1'],
      changedKeys: ['a'],
    },
    {
      rule: 'update replaces in place and adds the rest',
      before: [pair('a', '1'), pair('b', '2')],
      operation: update(pair('c', '4'), pair('a', '3')),
      after: ['a=3', 'b=2', 'c=4'],
      changedKeys: ['a', 'c'],
    },
    {
      rule: 'update replaces all duplicates in the place of the first',
      before: [pair('a', '1'), pair('b', '2'), pair('a', '3')],
      operation: update(pair('a', '4')),
      after: ['a=4', 'b=2'],
      changedKeys: ['a'],
    },
    {
      rule: 'update to the value of the first duplicate still takes the others away',
      before: [pair('a', '1'), pair('a', '2')],
      operation: update(pair('a', '1')),
      after: ['a=1'],
      changedKeys: ['a'],
    },
    {
      rule: 'of one key twice in an update the last counts',
      before: [],
      operation: update(pair('a', '1'), pair('a', '2')),
      after: ['a=2'],
      changedKeys: ['a'],
    },
    {
      rule: 'update to the same value changes nothing',
      before: [pair('a', '1')],
      operation: update(pair('a', '1', 'call', bob)),
      after: ['a=1'],
      changedKeys: [],
    },
    {
      rule: 'update to another type is a change',
      before: [pair('a', '1')],
      operation: update(int('a', 1)),
      after: ['a=1'],
      changedKeys: ['a'],
    },
    {
      rule: 'delete takes all duplicates',
      before: [pair('a', '1'), pair('b', '2'), pair('a', '3')],
      operation: remove('a'),
      after: ['b=2'],
      changedKeys: ['a'],
    },
    {
      rule: 'delete of an unknown key changes nothing',
      before: [pair('a', '1')],
      operation: remove('b'),
      after: ['a=1'],
      changedKeys: [],
    },
    {
      rule: 'delete-all takes everything',
      before: [pair('a', '1'), header('b', '2')],
      operation: removeAll,
      after: [],
      changedKeys: ['a', 'b'],
    },
    {
      rule: 'delete-all of nothing changes nothing',
      before: [],
      operation: removeAll,
      after: [],
      changedKeys: [],
    },
    {
      rule: 'keys that came as headers compare without case and keep their first spelling',
      before: [header('CaseId', '1')],
      operation: update(header('caseid', '2')),
      after: ['CaseId=2'],
      changedKeys: ['CaseId'],
    },
    {
      rule: 'a body changes a header-born pair whatever the case',
      before: [header('CaseId', '1')],
      operation: update(pair('CASEID', '2')),
      after: ['CaseId=2'],
      changedKeys: ['CaseId'],
    },
    {
      rule: 'a header-born duplicate keeps the first spelling',
      before: [header('CaseId', '1')],
      operation: attach(header('caseid', '2')),
      after: ['CaseId=1', 'CaseId=2'],
      changedKeys: ['CaseId'],
    },
    {
      rule: 'delete of a header-born pair goes without case',
      before: [header('CaseId', '1')],
      operation: remove('caseid'),
      after: [],
      changedKeys: ['CaseId'],
    },
    {
      rule: 'keys that never were headers differ by case',
      before: [pair('a', '1')],
      operation: update(pair('A', '2')),
      after: ['a=1', 'A=2'],
      changedKeys: ['A'],
    },
    {
      rule: 'a VoIP pair and a header of one name are two pairs',
      before: [header('CaseId', '1')],
      operation: update(pair('CaseId', '2', 'voip')),
      after: ['CaseId=1', 'CaseId=2'],
      changedKeys: ['CaseId'],
    },
  ];

  for (const { rule, before, operation, after, changedKeys } of rules) {
    it(rule, () => {
      const applied = apply(before, operation, wireLimits);
      expect(shown(applied.data)).to.deep.equal(after);
      expect(applied.changedKeys).to.deep.equal(changedKeys);
      expect(applied.changedAnything).to.equal(changedKeys.length > 0);
      expect(applied.dropped).to.deep.equal([]);
    });
  }

  it('says which pairs changed and which keys are gone', () => {
    const before = [header('CaseId', '1'), pair('Tier', 'gold')];
    const applied = applyAll(before, [update(header('CaseId', '2', bob)), remove('Tier')], wireLimits);
    expect(applied.changed).to.deep.equal([{ key: 'CaseId', type: 'string', value: '2' }]);
    expect(applied.removedKeys).to.deep.equal(['Tier']);
  });

  it('gives back the same data when nothing changed', () => {
    const before = [header('CaseId', '1')];
    expect(apply(before, update(header('caseid', '1', bob)), wireLimits).data).to.equal(before);
  });

  it('keeps scope and header name of what is updated and notes the new author', () => {
    const { data } = apply(
      [header('CaseId', '1', alice)],
      update(pair('CaseId', '2', 'call', bob)),
      wireLimits,
    );
    expect(data).to.deep.equal([{ ...header('CaseId', '2'), from: bob }]);
  });

  it('deletes by a header what a body brought, but no VoIP pair', () => {
    const before = [pair('CaseId', '1'), pair('CaseId', '2', 'voip')];
    const applied = apply(before, { operation: 'delete', keys: ['caseid'], scope: 'sip' }, wireLimits);
    expect(shown(applied.data)).to.deep.equal(['CaseId=2']);
  });

  describe('refuses on their way to a header', () => {
    for (const [name, value] of [
      ['CR', 'a\rb'],
      ['LF', 'a\nb'],
      ['NUL', 'a\0b'],
    ] as const) {
      it(`${name} in a value of scope sip or uui`, () => {
        for (const entry of [pair('k', value, 'sip'), pair('UUI', value, 'uui')]) {
          const applied = apply([], update(entry), wireLimits);
          expect(applied.data).to.deep.equal([]);
          expect(applied.dropped).to.deep.equal([{ key: entry.key, code: 'control-character' }]);
        }
      });

      it(`${name} in a body that changes a header-born pair`, () => {
        const before = [header('k', 'old')];
        const applied = apply(before, update(pair('k', value)), wireLimits);
        expect(applied.data).to.equal(before);
        expect(applied.dropped).to.deep.equal([{ key: 'k', code: 'control-character' }]);
      });

      it(`${name} not where it is data: scopes call and voip`, () => {
        const applied = apply([], update(pair('a', value), pair('b', value, 'voip')), wireLimits);
        expect(applied.data).to.have.length(2);
      });
    }

    it('a key that is no header name', () => {
      const applied = apply([], update(pair('two words', 'v', 'sip')), wireLimits);
      expect(applied.dropped).to.deep.equal([{ key: 'two words', code: 'bad-key' }]);
    });
  });

  describe('over the packed limit', () => {
    const limitBytes = 40;
    const small = pair('a', 'x'.repeat(10));
    const big = pair('b', 'x'.repeat(100));

    it('keeps the rest and drops what does not fit, from the wire', () => {
      const applied = apply([], update(big, small), { packedBytes: limitBytes, mode: 'drop' });
      expect(applied.data).to.deep.equal([small]);
      expect(applied.dropped).to.deep.equal([{ key: 'b', code: 'packed-limit' }]);
    });

    it('keeps the old value when the new one does not fit', () => {
      const applied = apply([small], update(pair('a', 'x'.repeat(100))), {
        packedBytes: limitBytes,
        mode: 'drop',
      });
      expect(applied.data).to.deep.equal([small]);
      expect(applied.changedAnything).to.equal(false);
    });

    it('refuses whole, from an API', () => {
      const before = [pair('c', '1')];
      const applied = applyAll(before, [remove('c'), update(small, big)], fromApi(limitBytes));
      expect(applied.data).to.equal(before);
      expect(applied.changedAnything).to.equal(false);
      expect(applied.dropped).to.deep.equal([{ key: 'b', code: 'packed-limit' }]);
    });

    it('holds the limit against the end of a request, not against its steps', () => {
      const before = [pair('a', 'x'.repeat(30))];
      const applied = apply(before, update(pair('b', 'y'.repeat(30)), pair('a', '')), fromApi(limitBytes));
      expect(applied.dropped).to.deep.equal([]);
      expect(shown(applied.data)).to.deep.equal(['a=', `b=${'y'.repeat(30)}`]);
    });

    it('takes what makes data smaller that is over a lowered limit', () => {
      const before = [pair('a', 'x'.repeat(100))];
      const applied = apply(before, update(pair('a', 'x'.repeat(90))), {
        packedBytes: limitBytes,
        mode: 'drop',
      });
      expect(applied.dropped).to.deep.equal([]);
    });

    it('is 16,000 octets by default', () => {
      const exact = pair('k', 'x'.repeat(16_000 - packedBytes([pair('k', '')])));
      expect(apply([], update(exact), wireLimits).dropped).to.deep.equal([]);
      expect(
        apply([], update({ ...exact, value: `${exact.value as string}x` } as Entry), wireLimits).dropped,
      ).to.deep.equal([{ key: 'k', code: 'packed-limit' }]);
    });
  });

  describe('under any sequence', () => {
    const key = fc.constantFrom('a', 'b', 'A', 'B', 'UUI');
    const text = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'grapheme', maxLength: 6 }));
    const entry: fc.Arbitrary<Entry> = fc.oneof(
      fc.tuple(key, text).map(([k, v]) => header(k, v)),
      fc
        .tuple(key, text, fc.constantFrom('call' as const, 'voip' as const, 'uui' as const))
        .map(([k, v, s]) => pair(k, v, s)),
      fc.tuple(key, fc.integer()).map(([k, v]) => int(k, v)),
    );
    const entries = fc.array(entry, { maxLength: 4 });
    const operation: fc.Arbitrary<Operation> = fc.oneof(
      entries.map(e => update(...e)),
      entries.map(e => attach(...e)),
      fc.array(key, { maxLength: 2 }).map(keys => remove(...keys)),
      fc.constant(removeAll),
    );
    const operations = fc.array(operation, { maxLength: 8 });
    const limits: DataLimits = { packedBytes: 60, mode: 'drop' };
    const after = (sequence: Operation[]): AttachedData => applyAll([], sequence, limits).data;

    it('the packed limit holds', () => {
      fc.assert(fc.property(operations, sequence => packedBytes(after(sequence)) <= limits.packedBytes));
    });

    it('no more VoIP headers than Azure Communication Services takes, none too long', () => {
      const voip = fc.tuple(
        fc.constantFrom('v', 'v'.repeat(64), 'v'.repeat(65)),
        fc.nat(1_100),
        fc.boolean(),
      );
      const many = fc.tuple(fc.integer({ min: 1, max: 600 }), fc.nat(1_100), fc.boolean());
      const taking = fc.oneof(
        voip.map(([name, length, isUpdate]) =>
          (isUpdate ? update : attach)(pair(name, 'x'.repeat(length), 'voip')),
        ),
        many.map(([count, first, isUpdate]) =>
          (isUpdate ? update : attach)(
            ...Array.from({ length: count }, (_, at) => pair(`v${String(first + at)}`, '', 'voip')),
          ),
        ),
        fc.constant(update(pair('v1', 'from call', 'call'))),
        fc.constant(attach(pair('c', '', 'call'))),
        fc.constant(update(pair('c', '', 'voip'))),
      );
      fc.assert(
        fc.property(fc.array(fc.tuple(taking, fc.boolean()), { maxLength: 8 }), sequence => {
          let data: AttachedData = [];
          for (const [operation, isApi] of sequence)
            ({ data } = apply(data, operation, { packedBytes: 65_535, mode: isApi ? 'refuse' : 'drop' }));
          const kept = data.filter(({ scope }) => scope === 'voip');
          expect(kept.length).to.be.at.most(1_000);
          expect(kept.every(entry => entry.key.length <= 64 && valueText(entry).length <= 1_024)).to.equal(
            true,
          );
        }),
        { numRuns: 60 },
      );
    });

    it('no line break reaches a header', () => {
      fc.assert(
        fc.property(operations, sequence =>
          after(sequence).every(
            kept => !['sip', 'uui'].includes(kept.scope) || !/[\r\n\0]/.test(valueText(kept)),
          ),
        ),
      );
    });

    it('updating twice is updating once', () => {
      fc.assert(
        fc.property(operations, entry, (sequence, change) => {
          const once = apply(after(sequence), update(change), limits);
          const twice = apply(once.data, update(change), limits);
          expect(twice.changedAnything).to.equal(false);
          expect(twice.data).to.equal(once.data);
        }),
      );
    });

    it('refusing means that nothing changed', () => {
      fc.assert(
        fc.property(operations, operations, (first, second) => {
          const before = after(first);
          const applied = applyAll(before, second, fromApi(60));
          if (applied.dropped.length > 0) expect(applied.data).to.equal(before);
          else expect(packedBytes(applied.data)).to.be.at.most(60);
        }),
      );
    });
  });
});
