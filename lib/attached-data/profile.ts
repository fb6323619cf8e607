/** How a trunk wants attached data on the wire. `plain` is verbatim; `acs-dr` adds the ACS limits when sending. */
export type ProfileName = 'plain' | 'acs-dr';

/** What follows from a profile's name. */
export interface Profile {
  readonly name: ProfileName;
  /** The limits of Azure Communication Services hold for what is sent to this neighbour. */
  readonly acsLimits: boolean;
}

const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  plain: { name: 'plain', acsLimits: false },
  'acs-dr': { name: 'acs-dr', acsLimits: true },
};

export function profileOf(name: ProfileName): Profile {
  return PROFILES[name];
}
