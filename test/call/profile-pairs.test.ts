import { expect } from 'chai';
import { openKeyPolicy } from '../../lib/attached-data/key-policy.ts';
import { type ProfileName, profileNames, profileOf } from '../../lib/attached-data/profile.ts';
import { crossingHeaders } from '../../lib/call/crossing.ts';
import { lines, textOf, trunk } from './support/story.ts';

const isdn = 'encoding=hex;purpose=isdn-uui;content=isdn-uui';
const asItCame = '=';

/** What a neighbour sends, and what one of each profile gets of it. */
const pairs: Readonly<
  Record<ProfileName, readonly [sends: string, gets: Readonly<Record<ProfileName, string>>]>
> = {
  plain: [
    '0448656C6C6F',
    {
      plain: asItCame,
      'acs-dr': asItCame,
      'teams-dr': asItCame,
      'genesys-cloud': `48656C6C6F;pd=04;${isdn}`,
      avaya: '0448656C6C6F;encoding=hex',
      'cisco-cvp': '0448656C6C6F;encoding=hex',
    },
  ],
  'acs-dr': [
    'jason',
    {
      plain: asItCame,
      'acs-dr': asItCame,
      'teams-dr': asItCame,
      'genesys-cloud': `6A61736F6E;pd=04;${isdn}`,
      avaya: '046A61736F6E;encoding=hex',
      'cisco-cvp': '046A61736F6E;encoding=hex',
    },
  ],
  'teams-dr': [
    'Hello;encoding=ascii',
    {
      plain: asItCame,
      'acs-dr': asItCame,
      'teams-dr': asItCame,
      'genesys-cloud': `48656C6C6F;pd=04;${isdn}`,
      avaya: '0448656C6C6F;encoding=hex',
      'cisco-cvp': '0448656C6C6F;encoding=hex',
    },
  ],
  'genesys-cloud': [
    `48656C6C6F;pd=05;${isdn}`,
    {
      plain: asItCame,
      'acs-dr': asItCame,
      'teams-dr': asItCame,
      'genesys-cloud': asItCame,
      avaya: '0548656C6C6F;encoding=hex',
      'cisco-cvp': '0548656C6C6F;encoding=hex',
    },
  ],
  avaya: [
    '00fa080019001038f725b3;encoding=hex',
    {
      plain: asItCame,
      'acs-dr': asItCame,
      'teams-dr': asItCame,
      'genesys-cloud': `fa080019001038f725b3;pd=00;${isdn}`,
      avaya: asItCame,
      'cisco-cvp': asItCame,
    },
  ],
  'cisco-cvp': [
    '04343A61;encoding=hex;purpose=isdn-interwork;content=isdn-uui',
    {
      plain: asItCame,
      'acs-dr': asItCame,
      'teams-dr': asItCame,
      'genesys-cloud': `343A61;pd=04;${isdn}`,
      avaya: '04343A61;encoding=hex',
      'cisco-cvp': '04343A61;encoding=hex',
    },
  ],
};

/** What each gets of the same custom headers, and why it does not get the rest. */
const custom = ['X-MS-Custom-CaseId: 42', 'X-MS-Custom-Name: John Doe', 'X-Inin-Cnv: 7', 'X-Private: a b'];
const left: Readonly<Partial<Record<ProfileName, readonly [line: string, code: string]>>> = {
  'acs-dr': ['X-MS-Custom-Name: John Doe', 'acs-charset'],
  'genesys-cloud': ['X-Inin-Cnv: 7', 'reserved-header'],
};

function crossed(headers: readonly string[], from: ProfileName, to: ProfileName, message = 'INVITE') {
  const { headers: sent, dropped } = crossingHeaders(lines(headers), {
    from: trunk({ name: 'from', profile: profileOf(from) }),
    to: trunk({ name: 'to', profile: profileOf(to) }),
    message,
    inDialog: message === 'UPDATE',
    initialInviteHadUui: true,
    keys: openKeyPolicy,
  });
  return { sent: textOf(sent), codes: dropped.map(({ code }) => code) };
}

describe('between two trunks', () => {
  for (const from of profileNames) {
    const [sends, gets] = pairs[from];
    for (const to of profileNames) {
      const expected = `User-To-User: ${gets[to] === asItCame ? sends : gets[to]}`;
      const [lost, code] = left[to] ?? [];

      it(`${from} → ${to}: ${sends} ${gets[to] === asItCame ? 'as it came' : `becomes ${gets[to]}`}`, () => {
        for (const message of ['INVITE', '180/INVITE', '200/INVITE', '302/INVITE']) {
          expect(crossed([...custom, `User-To-User: ${sends}`], from, to, message)).to.deep.equal({
            sent: [...custom.filter(line => line !== lost), expected],
            codes: code === undefined ? [] : [code],
          });
        }
      });

      it(`${from} → ${to}: nothing of it on an UPDATE`, () => {
        expect(crossed([`User-To-User: ${sends}`], from, to, 'UPDATE')).to.deep.equal({
          sent: [],
          codes: [],
        });
      });

      it(`${from} → ${to}: bad User-to-User as it came`, () => {
        const bad = 'User-to-User: 616d617a6f6e5f6368696;encoding=hex';
        const converts = profileOf(to).convertUui;
        expect(crossed([bad], from, to)).to.deep.equal({
          sent: [bad],
          codes: converts ? ['not-converted'] : [],
        });
      });
    }
  }
});
