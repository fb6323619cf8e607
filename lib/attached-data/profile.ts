import type { NotifyMode, TransferMode } from '../routing/trunk.ts';

/**
 * How a neighbour wants attached data on its wire. A profile asks of what is sent to the neighbour, and says how to
 * read what comes from it; what no profile asks for crosses verbatim. docs/decisions/0006-trunk-profiles.md tells where
 * each row comes from.
 */
export interface Profile {
  /** The built-in it is, or was made from. */
  readonly base: ProfileName;
  /** Where User-to-User stands. `X-User-to-User` is AudioCodes' own header; it never has a discriminator. */
  readonly uuiHeader: UuiHeader;
  /** False: User-to-User is sent as it came. True: it is sent in the form of the next three. */
  readonly convertUui: boolean;
  /** Where the protocol discriminator stands: the first octet of the data (RFC 7434 §6), `;pd=XX`, or nowhere. */
  readonly discriminator: DiscriminatorPlace;
  /** How the data is written; in what comes without `encoding`, how it is read. */
  readonly encoding: UuiEncoding;
  /** The parameters that are written; the others of these three are not. */
  readonly uuiParams: readonly UuiParamName[];
  /** What comes without `encoding` and is no hex is taken for text. */
  readonly bareText: boolean;
  /** Longest User-to-User that is sent: octets without the discriminator. Absent: any. */
  readonly maxUuiBytes?: number;
  /** Values of custom headers are percent-encoded on this neighbour's wire: encoded when sent, decoded when read. */
  readonly percentEncode: boolean;
  /** The limits of Azure Communication Services hold for what is sent. */
  readonly acsLimits: boolean;
  /** Header names that begin so are the neighbour's own and are not sent to it; lower case. */
  readonly reservedPrefixes: readonly string[];
  /** How it is told of changes, unless its trunk says otherwise. */
  readonly notify: NotifyMode;
  /** What becomes of its REFER, unless its trunk says otherwise. */
  readonly transfer: TransferMode;
}

export const profileNames = ['plain', 'acs-dr', 'teams-dr', 'genesys-cloud', 'avaya', 'cisco-cvp'] as const;
export const uuiHeaders = ['User-to-User', 'X-User-to-User'] as const;
export const discriminatorPlaces = ['in-data', 'pd', 'none'] as const;
export const uuiEncodings = ['hex', 'ascii', 'text'] as const;
export const uuiParamNames = ['encoding', 'purpose', 'content'] as const;

export type ProfileName = (typeof profileNames)[number];
export type UuiHeader = (typeof uuiHeaders)[number];
export type DiscriminatorPlace = (typeof discriminatorPlaces)[number];
export type UuiEncoding = (typeof uuiEncodings)[number];
export type UuiParamName = (typeof uuiParamNames)[number];

/** RFC 7433 and RFC 7434: hex, the discriminator in front. Nothing is changed on the way. */
const plain: Profile = {
  base: 'plain',
  uuiHeader: 'User-to-User',
  convertUui: false,
  discriminator: 'in-data',
  encoding: 'hex',
  uuiParams: ['encoding'],
  bareText: false,
  percentEncode: false,
  acsLimits: false,
  reservedPrefixes: [],
  notify: 'info',
  transfer: 'handle',
};

const builtIn: Readonly<Record<ProfileName, Profile>> = {
  plain,
  // Microsoft, "How to pass call contextual data in Call Automation": five headers, 64, 256, a set of characters. The
  // applications behind it set User-To-User to whatever text they like.
  'acs-dr': { ...plain, base: 'acs-dr', bareText: true, acsLimits: true },
  // Microsoft documents no such limits for Teams Direct Routing. Refer-To and Referred-By must come back to it as the
  // same strings.
  'teams-dr': { ...plain, base: 'teams-dr', bareText: true, transfer: 'relay' },
  // Genesys, "UUI data formats": the first octet is cut off unless `pd=` is there; in its example purpose and content
  // are there too. "Custom SIP headers": these names are its own.
  'genesys-cloud': {
    ...plain,
    base: 'genesys-cloud',
    convertUui: true,
    discriminator: 'pd',
    uuiParams: ['encoding', 'purpose', 'content'],
    reservedPrefixes: ['x-inin', 'x-genesys', 'x-pcv', 'x-gcv'],
  },
  // Avaya, UCID as AudioCodes and Ribbon show it: `00FA08…;encoding=hex`. One blob of about 96 octets (ASAI user data).
  avaya: { ...plain, base: 'avaya', convertUui: true, maxUuiBytes: 96 },
  // Cisco, CVP configuration guide: 210 octets are sure to reach ICM, 255 at most; hex on the wire.
  'cisco-cvp': { ...plain, base: 'cisco-cvp', convertUui: true, maxUuiBytes: 210 },
};

export function profileOf(name: ProfileName): Profile {
  return builtIn[name];
}

/** What a trunk may say of its own over a built-in. */
export type ProfileOverrides = Partial<Omit<Profile, 'base'>>;

/** A built-in with something changed. Who asks for a form of User-to-User wants it converted, unless `convertUui` says no. */
export function profileWith(name: ProfileName, overrides: ProfileOverrides): Profile {
  const { uuiHeader, discriminator, encoding, uuiParams } = overrides;
  const asksForm = [uuiHeader, discriminator, encoding, uuiParams].some(asked => asked !== undefined);
  if (Object.keys(overrides).length === 0) return builtIn[name];
  return {
    ...builtIn[name],
    ...(asksForm && { convertUui: true }),
    ...(uuiHeader === 'X-User-to-User' && { discriminator: 'none' }),
    ...overrides,
  };
}
