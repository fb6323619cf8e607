import { expect } from 'chai';
import { customContextOf, userDataOf } from '../../lib/attached-data/views.ts';
import { header, int, pair } from './entries.ts';

describe('the views of attached data', () => {
  const data = [
    header('CaseId', '12345'),
    { ...header('X-Acme-Tier', 'gold'), headerName: 'X-Acme-Tier' },
    pair('UUI', '0401;encoding=hex', 'uui'),
    pair('Skill', 'billing', 'voip'),
    int('Priority', 3),
    pair('CaseId', 'second', 'sip'),
  ];

  it('UserData shows every pair in order, bare', () => {
    expect(userDataOf(data)).to.deep.equal([
      { key: 'CaseId', type: 'string', value: '12345' },
      { key: 'X-Acme-Tier', type: 'string', value: 'gold' },
      { key: 'UUI', type: 'string', value: '0401;encoding=hex' },
      { key: 'Skill', type: 'string', value: 'billing' },
      { key: 'Priority', type: 'int', value: 3 },
      { key: 'CaseId', type: 'string', value: 'second' },
    ]);
  });

  it('customContext shows the headers by name, of duplicates the first', () => {
    expect(customContextOf(data)).to.deep.equal({
      sipHeaders: { 'X-MS-Custom-CaseId': '12345', 'X-Acme-Tier': 'gold' },
      voipHeaders: { Skill: 'billing' },
      userToUser: '0401;encoding=hex',
    });
  });

  it('customContext has no userToUser where there is none', () => {
    expect(customContextOf([])).to.deep.equal({ sipHeaders: {}, voipHeaders: {} });
  });

  it('customContext spells the usual prefix, however the header came', () => {
    const came = { ...header('CaseId', '1'), headerName: 'x-ms-custom-CaseId' };
    expect(customContextOf([came]).sipHeaders).to.deep.equal({ 'X-MS-Custom-CaseId': '1' });
  });

  it('a key of Object.prototype stays a key', () => {
    const { voipHeaders } = customContextOf([pair('__proto__', 'x', 'voip')]);
    expect(Object.entries(voipHeaders)).to.deep.equal([['__proto__', 'x']]);
    expect(Object.getPrototypeOf(voipHeaders)).to.equal(Object.prototype);
  });
});
