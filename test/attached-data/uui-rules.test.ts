import { expect } from 'chai';
import fc from 'fast-check';
import { parseUserToUser, isIsdn } from '../../lib/attached-data/user-to-user.ts';
import {
  judgeUserToUser,
  mayCarryDefaultUui,
  otherPackages,
  type UuiPlace,
  withoutDefaultUui,
} from '../../lib/attached-data/uui-rules.ts';

describe('what User-to-User in a message is good for', () => {
  const invite: UuiPlace = { method: 'INVITE' };
  const rules: [what: string, lines: string[], place: UuiPlace, disposition: string][] = [
    ['the initial INVITE', ['0401'], invite, 'accept'],
    ['180 to INVITE', ['0401'], { method: 'INVITE', status: 180 }, 'accept'],
    ['302 to INVITE', ['0401'], { method: 'INVITE', status: 302 }, 'accept'],
    ['100 to INVITE', ['0401'], { method: 'INVITE', status: 100 }, 'ignore'],
    ['603 to INVITE', ['0401'], { method: 'INVITE', status: 603 }, 'policy'],
    ['BYE', ['0401'], { method: 'BYE' }, 'accept'],
    ['200 to BYE', ['0401'], { method: 'BYE', status: 200 }, 'accept'],
    ['BYE when the INVITE had none', ['0401'], { method: 'BYE', initialInviteHadUui: false }, 'ignore'],
    [
      '200 to INVITE when the INVITE had none',
      ['0401'],
      { method: 'INVITE', status: 200, initialInviteHadUui: false },
      'ignore',
    ],
    [
      'another package on BYE when the INVITE had none',
      ['ZZ;purpose=foo'],
      { method: 'BYE', initialInviteHadUui: false },
      'relay-opaque',
    ],
    ['re-INVITE', ['0401'], { method: 'INVITE', inDialog: true }, 'accept-to-attached-data-but-do-not-emit'],
    [
      '200 to re-INVITE',
      ['0401'],
      { method: 'INVITE', status: 200, inDialog: true },
      'accept-to-attached-data-but-do-not-emit',
    ],
    ['UPDATE', ['0401'], { method: 'UPDATE' }, 'accept-to-attached-data-but-do-not-emit'],
    ['INFO', ['0401'], { method: 'INFO' }, 'accept-to-attached-data-but-do-not-emit'],
    ['OPTIONS', ['0401'], { method: 'OPTIONS' }, 'ignore'],
    ['ACK', ['0401'], { method: 'ACK' }, 'ignore'],
    ['REFER', ['0401'], { method: 'REFER' }, 'accept'],
    ['content of another kind', ['0401;content=foo'], invite, 'ignore'],
    ['encoding of another kind', ['0401;encoding=text'], invite, 'ignore'],
    ['another package', ['ZZ;purpose=foo'], invite, 'relay-opaque'],
    ['another package with broken hex', ['ZZ;purpose=foo;encoding=hex'], invite, 'relay-opaque-and-flag'],
    ['no octets, so no discriminator', ['""'], invite, 'relay-opaque-and-flag'],
    ['no octets but a vendor discriminator', ['"";pd=04'], invite, 'accept'],
    ['two of the ISDN package and another', ['0401, ZZ;purpose=foo', '0402'], invite, 'discard-all-isdn'],
    [
      'one ISDN value that is ignored and one that is not',
      ['0401;encoding=ascii', '0402'],
      invite,
      'discard-all-isdn',
    ],
    ['128 octets and the discriminator', [`04${'00'.repeat(128)}`], invite, 'accept'],
    ['129 octets and the discriminator', [`04${'00'.repeat(129)}`], invite, 'relay-and-flag'],
    ['129 octets and pd=', [`${'00'.repeat(129)};pd=04`], invite, 'relay-and-flag'],
    ['broken grammar on 100', ['{'], { method: 'INVITE', status: 100 }, 'relay-opaque-and-flag'],
  ];
  for (const [what, lines, place, disposition] of rules) {
    it(`${what}: ${disposition}`, () => {
      expect(judgeUserToUser(parseUserToUser(lines), place).disposition).to.equal(disposition);
    });
  }
});

describe('a default User-to-User leaves', () => {
  const rules: [method: string, inDialog: boolean, inviteHadUui: boolean, may: boolean][] = [
    ['INVITE', false, false, true],
    ['INVITE', true, true, false],
    ['180/INVITE', false, true, true],
    ['200/INVITE', false, false, true],
    ['302/INVITE', false, false, true],
    ['100/INVITE', false, true, false],
    ['486/INVITE', false, true, false],
    ['200/INVITE', true, true, false],
    ['BYE', true, true, true],
    ['BYE', true, false, false],
    ['200/BYE', true, true, true],
    ['UPDATE', true, true, false],
    ['INFO', true, true, false],
    // Our choice, as Azure Communication Services has it.
    ['REFER', true, false, true],
    ['202/REFER', true, true, false],
    ['MESSAGE', true, true, false],
  ];
  for (const [method, inDialog, initialInviteHadUui, may] of rules) {
    const where = `${inDialog ? 'in' : 'outside'} a dialog, ${initialInviteHadUui ? 'with' : 'without'} one on the INVITE`;
    it(`${may ? 'on' : 'not on'} ${method} ${where}`, () => {
      expect(mayCarryDefaultUui(method, { inDialog, initialInviteHadUui })).to.equal(may);
    });
  }

  it('not, but other packages stay as they were written', () => {
    const headers = [
      { name: 'user-to-user', value: '0401, "Z Z" ;purpose=foo;x="a,b" , YY;purpose=bar' },
      { name: 'X-CaseId', value: '7' },
      { name: 'User-to-User', value: '0402;encoding=hex' },
      { name: 'User-to-User', value: '{broken' },
      { name: 'User-to-User', value: 'WW ; purpose=baz' },
    ];
    expect(withoutDefaultUui(headers)).to.deep.equal([
      { name: 'user-to-user', value: '"Z Z" ;purpose=foo;x="a,b", YY;purpose=bar' },
      { name: 'X-CaseId', value: '7' },
      { name: 'User-to-User', value: 'WW ; purpose=baz' },
    ]);
  });

  it('not, whatever stood in the line', () => {
    const value = fc.constantFrom(
      '0401',
      '"a,b"',
      'ZZ;purpose=foo',
      '"x";purpose=foo;y="\\",z"',
      '{',
      'AA;purpose=isdn-uui',
      '',
    );
    fc.assert(
      fc.property(fc.array(value), values => {
        const left = otherPackages(values.join(','));
        if (left === '') return;
        const parsed = parseUserToUser([left]);
        expect(parsed.syntax === 'valid' && !parsed.values.some(isIsdn)).to.equal(true);
      }),
    );
  });
});
