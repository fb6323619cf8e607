/** How a trunk wants attached data on the wire. `plain` is verbatim; `acs` and `acs-dr` add the ACS limits when sending. */
export type ProfileName = 'plain' | 'acs-dr';
