import type { ProfileName } from '../../../lib/attached-data/profile.ts';

const isdn = 'encoding=hex;purpose=isdn-uui;content=isdn-uui';
export const asItCame = '=';

/** What a neighbour sends, and what one of each profile gets of it. */
export const uuiPairs: Readonly<
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
export const customLines = [
  'X-MS-Custom-CaseId: 42',
  'X-MS-Custom-Name: John Doe',
  'X-Inin-Cnv: 7',
  'X-Private: a b',
];
export const leftOut: Readonly<Partial<Record<ProfileName, readonly [line: string, code: string]>>> = {
  'acs-dr': ['X-MS-Custom-Name: John Doe', 'acs-charset'],
  'genesys-cloud': ['X-Inin-Cnv: 7', 'reserved-header'],
};
