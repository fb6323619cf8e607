import { expect } from 'chai';
import fc from 'fast-check';
import { compileKeyPolicy, type KeyRule, openKeyPolicy } from '../../lib/attached-data/key-policy.ts';

describe('a key policy without rules', () => {
  it('is the open one: everything is as if nobody had asked', () => {
    expect(compileKeyPolicy([])).to.equal(openKeyPolicy);
    expect(openKeyPolicy.isEmpty).to.equal(true);
    expect(openKeyPolicy.mayWrite('Case', 'third-party')).to.equal(true);
    expect(openKeyPolicy.keyFromWire('Case')).to.equal('Case');
    expect(openKeyPolicy.headerNameOf('Case')).to.equal(undefined);
    expect(openKeyPolicy.scopeOf('Case')).to.equal(undefined);
    expect(openKeyPolicy.redacts('Case', 'log')).to.equal(false);
    expect(openKeyPolicy.redactsHeader('X-MS-Custom-Case')).to.equal(false);
  });
});

describe('a key policy', () => {
  it('lets write who is named: both when nobody is, nobody when the list is empty', () => {
    const keys = compileKeyPolicy([
      { key: 'Queue', write: ['party'] },
      { key: 'Score', write: ['third-party'] },
      { key: 'Tenant', write: [] },
      { key: 'Case' },
    ]);
    const writers = (key: string) =>
      (['party', 'third-party'] as const).filter(writer => keys.mayWrite(key, writer));
    expect(writers('Queue')).to.deep.equal(['party']);
    expect(writers('Score')).to.deep.equal(['third-party']);
    expect(writers('Tenant')).to.deep.equal([]);
    expect(writers('Case')).to.deep.equal(['party', 'third-party']);
    expect(writers('Other')).to.deep.equal(['party', 'third-party']);
  });

  it('goes by the first rule that names a key', () => {
    const keys = compileKeyPolicy([{ key: 'crm-public-*' }, { key: 'crm-*', write: [], scope: 'voip' }]);
    expect(keys.mayWrite('crm-public-note', 'party')).to.equal(true);
    expect(keys.scopeOf('crm-public-note')).to.equal(undefined);
    expect(keys.mayWrite('crm-score', 'party')).to.equal(false);
    expect(keys.scopeOf('crm-score')).to.equal('voip');
  });

  it('does not look at letter case', () => {
    const keys = compileKeyPolicy([{ key: 'Case*', write: [], redact: ['events'] }]);
    expect(keys.mayWrite('CASEID', 'party')).to.equal(false);
    expect(keys.redacts('caseid', 'events')).to.equal(true);
    expect(keys.redacts('caseid', 'log')).to.equal(false);
  });

  const renames: readonly [KeyRule, string, string, string | undefined][] = [
    [{ key: 'Foo', in: 'Bar' }, 'foo', 'Bar', undefined],
    [{ key: 'Foo', in: 'Bar', out: 'X-Foo' }, 'Foo', 'Bar', 'X-Foo'],
    [{ key: 'Foo', out: 'User-to-User' }, 'Foo', 'Foo', 'User-to-User'],
    [{ key: 'acme-*', in: 'crm-*', out: 'X-Crm-*' }, 'Acme-CaseId', 'crm-CaseId', 'X-Crm-CaseId'],
    [{ key: '*-id', out: 'X-MS-Custom-*' }, 'case-id', 'case-id', 'X-MS-Custom-case'],
    [{ key: '*', in: 'crm-*' }, 'x', 'crm-x', undefined],
    [{ key: 'X-Acme-*', in: '*', out: 'X-Out-*' }, 'x-acme-$&', '$&', 'X-Out-$&'],
  ];
  for (const [rule, wire, key, header] of renames) {
    it(`with ${JSON.stringify(rule)} takes ${wire} for ${key}, which leaves in ${header ?? 'its own header'}`, () => {
      const keys = compileKeyPolicy([rule]);
      expect(keys.keyFromWire(wire)).to.equal(key);
      expect(keys.headerNameOf(key)).to.equal(header);
    });
  }

  it('holds a rule against the name that it gives too', () => {
    const keys = compileKeyPolicy([{ key: 'Foo', in: 'Bar', write: [], redact: ['log'] }]);
    expect(keys.mayWrite('Bar', 'party')).to.equal(false);
    expect(keys.redacts('Bar', 'log')).to.equal(true);
  });

  it('knows the headers that carry what no log may show', () => {
    const keys = compileKeyPolicy([
      { key: 'Pin', in: 'Secret', out: 'X-Pin-Out', redact: ['log'] },
      { key: 'UUI', redact: ['log'] },
      { key: 'X-Token', redact: ['log'] },
      { key: 'Note', redact: ['events'] },
    ]);
    const hidden = ['x-ms-custom-pin', 'X-MS-Custom-Secret', 'x-pin-out', 'User-To-User', 'X-Token'];
    for (const name of hidden) expect(keys.redactsHeader(name), name).to.equal(true);
    for (const name of ['X-MS-Custom-Note', 'X-MS-Custom-Pin2', 'X-Pin', 'Subject'])
      expect(keys.redactsHeader(name), name).to.equal(false);
  });

  it('asks a rule that only renames nothing about data keys', () => {
    const keys = compileKeyPolicy([
      { key: 'X-Acme-*', in: '*' },
      { key: 'Case', write: [] },
    ]);
    expect(keys.keyFromWire('X-Acme-Case')).to.equal('Case');
    expect(keys.mayWrite('Case', 'party')).to.equal(false);
  });

  it('gives back what a star matched, whatever it was', () => {
    const text = fc.string({ maxLength: 5, unit: fc.constantFrom('a', 'B', '-', '$', '&', '*') });
    fc.assert(
      fc.property(text, text, text, (head, tail, star) => {
        const bare = (part: string) => part.replaceAll('*', '');
        const wire = bare(head) + star + bare(tail);
        const keys = compileKeyPolicy([{ key: `${bare(head)}*${bare(tail)}`, in: 'crm-*' }]);
        expect(keys.keyFromWire(wire)).to.equal(`crm-${star}`);
      }),
    );
  });
});
