import { expect } from 'chai';
import { applyAll } from '../../lib/attached-data/attached-data.ts';
import { type DataMessage, dataFromMessage } from '../../lib/attached-data/data-from-message.ts';
import type { Body } from '../../lib/call/signal.ts';
import { alice, bob, header, pair, shown, wireLimits } from './entries.ts';

type Said = Partial<Omit<DataMessage, 'headers'>> & { lines?: readonly (readonly [string, string])[] };

function read({ lines = [], ...said }: Said) {
  return dataFromMessage({
    ...{ method: 'INVITE', inDialog: false, dataHeaders: [], from: bob },
    headers: lines.map(([name, value]) => ({ name, value })),
    ...said,
  });
}

/** What is left of CaseId=old and Tier=gold, both Alice's. */
function after(said: Said): string[] {
  return shown(
    applyAll([header('CaseId', 'old'), pair('Tier', 'gold')], read(said).operations, wireLimits).data,
  );
}

const json = (content: string): Body => ({ contentType: 'application/json', content });
const form = (content: string): Body => ({ contentType: 'application/x-www-form-urlencoded', content });
const sdp: Body = { contentType: 'application/sdp', content: 'v=0\r\n' };
const dtmf: Body = { contentType: 'application/dtmf-relay', content: 'Signal=5\r\n' };
const info = { method: 'INFO', inDialog: true };
const caseId = ['X-MS-Custom-CaseId', 'new'] as const;

describe('data headers', () => {
  const rules: [what: string, said: Said, data: string[]][] = [
    ['of the initial INVITE count', { lines: [caseId] }, ['CaseId=new', 'Tier=gold']],
    ['of 180 to INVITE count', { status: 180, lines: [caseId] }, ['CaseId=new', 'Tier=gold']],
    ['of 200 to INVITE count', { status: 200, lines: [caseId] }, ['CaseId=new', 'Tier=gold']],
    ['of 100 to INVITE do not', { status: 100, lines: [caseId] }, ['CaseId=old', 'Tier=gold']],
    ['of 486 to INVITE do not', { status: 486, lines: [caseId] }, ['CaseId=old', 'Tier=gold']],
    [
      'of 200 to re-INVITE do not',
      { status: 200, inDialog: true, lines: [caseId] },
      ['CaseId=old', 'Tier=gold'],
    ],
    ['of re-INVITE count', { inDialog: true, body: sdp, lines: [caseId] }, ['CaseId=new', 'Tier=gold']],
    ['of UPDATE count', { method: 'UPDATE', inDialog: true, lines: [caseId] }, ['CaseId=new', 'Tier=gold']],
    ['of INFO count', { ...info, lines: [caseId] }, ['CaseId=new', 'Tier=gold']],
    ['of BYE do not', { method: 'BYE', inDialog: true, lines: [caseId] }, ['CaseId=old', 'Tier=gold']],
    [
      'of MESSAGE do not',
      { method: 'MESSAGE', inDialog: true, lines: [caseId] },
      ['CaseId=old', 'Tier=gold'],
    ],
    ['absent from a re-INVITE change nothing', { inDialog: true, body: sdp }, ['CaseId=old', 'Tier=gold']],
    [
      'that are empty on a re-INVITE delete',
      { inDialog: true, lines: [['x-ms-custom-caseid', '']] },
      ['Tier=gold'],
    ],
    ['that are empty in a 200 delete', { status: 200, lines: [['X-MS-Custom-Tier', '']] }, ['CaseId=old']],
    [
      'that are empty on the initial INVITE are empty values',
      { lines: [['X-MS-Custom-New', '']] },
      ['CaseId=old', 'Tier=gold', 'New='],
    ],
    [
      'that the trunk names count',
      {
        ...info,
        dataHeaders: ['X-A*'],
        lines: [
          ['X-Acme', '1'],
          ['X-Other', '2'],
        ],
      },
      ['CaseId=old', 'Tier=gold', 'X-Acme=1'],
    ],
  ];
  for (const [what, said, data] of rules) it(what, () => expect(after(said)).to.deep.equal(data));

  it('that are there twice are dropped and told', () => {
    const { dropped } = read({ lines: [caseId, ['X-MS-Custom-caseid', '2']] });
    expect(dropped).to.deep.equal([{ key: 'caseid', code: 'duplicate-header' }]);
  });
});

describe('User-to-User', () => {
  const rules: [what: string, lines: string[], values: string[]][] = [
    ['becomes the entry UUI, raw', ['0401;encoding=hex'], ['0401;encoding=hex']],
    ['that nobody can read is kept raw', ['{"a":1}'], ['{"a":1}']],
    ['with an odd number of digits is kept raw', ['616;encoding=hex'], ['616;encoding=hex']],
    ['of two packages is one list', ['0401', 'ZZ;purpose=foo'], ['0401, ZZ;purpose=foo']],
    ['of the ISDN package twice is discarded', ['0401', '0402;purpose=isdn-uui'], []],
    [
      'of the ISDN package twice leaves the other package',
      ['0401, ZZ;purpose=foo, 0402'],
      ['ZZ;purpose=foo'],
    ],
  ];
  for (const [what, lines, values] of rules) {
    it(what, () => {
      const { operations } = read({ lines: lines.map(value => ['User-to-User', value] as const) });
      const { data } = applyAll([], operations, wireLimits);
      expect(data.map(({ key, value, scope }) => [key, value, scope])).to.deep.equal(
        values.map(value => ['UUI', value, 'uui']),
      );
    });
  }

  it('on a re-INVITE replaces the value, never adds one', () => {
    const before = [pair('UUI', '0401', 'uui', alice)];
    const { operations } = read({ inDialog: true, lines: [['user-to-user', '0402']] });
    expect(shown(applyAll(before, operations, wireLimits).data)).to.deep.equal(['UUI=0402']);
  });

  it('that is empty on a re-INVITE takes the value away, and only that', () => {
    const before = [pair('UUI', '0401', 'uui', alice), header('UUI', 'custom')];
    const { operations } = read({ inDialog: true, lines: [['User-to-User', '']] });
    expect(shown(applyAll(before, operations, wireLimits).data)).to.deep.equal(['UUI=custom']);
  });
});

describe('an INFO', () => {
  const userData = json('{"userData":{"CaseId":"new","Tier":null,"Priority":3}}');
  const rules: [what: string, said: Said, data: string[], dataOnly: boolean, relayBody: boolean][] = [
    ['with userData', { body: userData }, ['CaseId=new', 'Priority=3'], true, false],
    [
      'with userData in array form',
      { body: json('{"userData":[{"key":"Tier","value":"lead"}]}') },
      ['CaseId=old', 'Tier=lead'],
      true,
      false,
    ],
    [
      'with a JSON type with parameters',
      { body: { ...userData, contentType: 'Application/JSON;charset=utf-8' } },
      ['CaseId=new', 'Priority=3'],
      true,
      false,
    ],
    ['with a form', { body: form('CaseId=new&Tier=') }, ['CaseId=new'], true, false],
    ['with headers alone', { lines: [caseId] }, ['CaseId=new', 'Tier=gold'], true, false],
    [
      'with headers and userData: the body has the last word',
      { lines: [caseId], body: json('{"userData":{"CaseId":"body"}}') },
      ['CaseId=body', 'Tier=gold'],
      true,
      false,
    ],
    [
      'with userData that changes nothing',
      { body: json('{"userData":{}}') },
      ['CaseId=old', 'Tier=gold'],
      true,
      false,
    ],
    ['with DTMF', { body: dtmf }, ['CaseId=old', 'Tier=gold'], false, true],
    ['with DTMF and headers', { lines: [caseId], body: dtmf }, ['CaseId=new', 'Tier=gold'], false, true],
    ['with JSON without userData', { body: json('{"other":1}') }, ['CaseId=old', 'Tier=gold'], false, true],
    [
      'with broken JSON and headers',
      { lines: [caseId], body: json('{"userData":') },
      ['CaseId=new', 'Tier=gold'],
      false,
      true,
    ],
    [
      'with compressed JSON',
      { body: { ...userData, more: [{ name: 'Content-Encoding', value: 'gzip' }] } },
      ['CaseId=old', 'Tier=gold'],
      false,
      true,
    ],
    ['with nothing', {}, ['CaseId=old', 'Tier=gold'], false, false],
  ];
  for (const [what, said, data, dataOnly, relayBody] of rules) {
    it(`${what} is ${dataOnly ? 'answered' : 'relayed'}`, () => {
      expect(after({ ...info, ...said })).to.deep.equal(data);
      expect(read({ ...info, ...said })).to.include({ dataOnly, relayBody, isBatonEvent: false });
    });
  }

  it('with an event of another Baton is neither applied nor relayed', () => {
    const body = { contentType: 'application/vnd.baton.event+json', content: '{"userData":{"a":"1"}}' };
    expect(read({ ...info, lines: [caseId], body })).to.deep.equal({
      operations: [],
      dropped: [],
      dataOnly: false,
      isBatonEvent: true,
      relayBody: false,
    });
  });
});

describe('a body of another method', () => {
  it('is relayed, whatever is in it', () => {
    const read1 = read({ method: 'MESSAGE', inDialog: true, body: json('{"userData":{"a":"1"}}') });
    expect(read1).to.deep.include({ operations: [], relayBody: true, dataOnly: false });
    expect(read({ body: json('{"userData":{"a":"1"}}') })).to.deep.include({
      operations: [],
      relayBody: true,
    });
  });
});
