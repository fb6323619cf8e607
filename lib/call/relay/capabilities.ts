import { BATON_PACKAGE, recvInfoOf } from '../../attached-data/info-package.ts';
import { splitList } from '../../engine/message/name-addr.ts';
import type { Trunk } from '../../routing/trunk.ts';
import { isNamed } from '../header-lines.ts';
import type { Leg } from '../leg.ts';
import type { HeaderLine } from '../signal.ts';

/** What Baton serves, whoever asks. True by test: every method here has an answer other than 405. */
export const allowedMethods = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, MESSAGE, NOTIFY';
/** To those whose transfers are not declined. */
export const allowedWithRefer = `${allowedMethods}, REFER`;

/** Option tags we have. RFC 7433 §8: `uui`; RFC 4488 §4: `norefersub`; RFC 3891 §6.2: `replaces`. */
const supportedTags = new Set(['uui', 'norefersub', 'replaces']);

const supportedLine: HeaderLine = { name: 'Supported', value: [...supportedTags].join(', ') };
const acceptLine: HeaderLine = {
  name: 'Accept',
  value:
    'application/sdp, application/json, application/x-www-form-urlencoded, application/vnd.baton.event+json, application/dtmf-relay',
};

/** The Info Packages that we take from the neighbours of a trunk. From others INFO is as RFC 2976 has it. */
export function packagesFor({ notify }: Trunk): readonly string[] {
  return notify === 'info-package' ? ourPackages : noPackages;
}
const ourPackages: readonly string[] = [BATON_PACKAGE];
const noPackages: readonly string[] = [];

/** What we say of ourselves, made once. */
function saying(methods: string) {
  const allow: HeaderLine = { name: 'Allow', value: methods };
  const offer: readonly HeaderLine[] = [allow, supportedLine];
  return {
    allow: [allow],
    options: [allow, acceptLine, supportedLine],
    offer,
    offerWithPackage: [...offer, { name: 'Recv-Info', value: recvInfoOf(ourPackages) }],
  } as const;
}
const withRefer = saying(allowedWithRefer);
const withoutRefer = saying(allowedMethods);

function saidTo({ transfer }: Trunk): typeof withRefer {
  return transfer === 'reject' ? withoutRefer : withRefer;
}

/** RFC 3261 §11.2: the answer to OPTIONS says what an INVITE would find. */
export function optionsHeaders(trunk: Trunk): readonly HeaderLine[] {
  return saidTo(trunk).options;
}

/**
 * RFC 3261 §20.5, §20.37: on INVITE, UPDATE and their 2xx. RFC 6086 §5.2.1: with Recv-Info where we take Info
 * Packages.
 */
export function offerHeaders({ trunk }: Leg): readonly HeaderLine[] {
  const said = saidTo(trunk);
  return trunk.notify === 'info-package' ? said.offerWithPackage : said.offer;
}

/** RFC 3261 §8.2.1: 405 lists what is allowed; so does a provisional response. */
export function allowHeaders({ trunk }: Leg): readonly HeaderLine[] {
  return saidTo(trunk).allow;
}

/** The same outside a dialog, where we take no MESSAGE and no REFER. */
export const methodNotAllowedOutside: readonly HeaderLine[] = [
  { name: 'Allow', value: allowedMethods.replace(', MESSAGE', '') },
];

/** The same where methods are served too that stand outside of calls only. */
export function serving(headers: readonly HeaderLine[], methods: readonly string[]): readonly HeaderLine[] {
  return headers.map(line =>
    line.name === 'Allow' ? { name: 'Allow', value: [line.value, ...methods].join(', ') } : line,
  );
}

/**
 * RFC 3261 §8.2.2.3: option tags in Require that we do not have, comma-separated for Unsupported; empty when
 * all is well. Proxy-Require is for proxies (§20.29), and we are none.
 */
export function unsupportedTags(headers: readonly HeaderLine[]): string {
  return headers
    .filter(line => isNamed(line, 'require'))
    .flatMap(({ value }) => splitList(value))
    .filter(tag => !supportedTags.has(tag.toLowerCase()))
    .join(', ');
}

/**
 * RFC 3261 §20.43: 399 is a warning for people. The agent is a pseudonym, so that no address of ours leaks.
 */
export function warning(text: string): HeaderLine {
  return { name: 'Warning', value: `399 baton "${text.replaceAll(/["\\\r\n]/g, "'")}"` };
}

/** RFC 3326 §2. */
export function sipReason(cause: number, text: string): HeaderLine {
  return { name: 'Reason', value: `SIP;cause=${String(cause)};text="${text.replaceAll(/["\\\r\n]/g, "'")}"` };
}
