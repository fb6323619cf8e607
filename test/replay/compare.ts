import type { Names } from './names.ts';
import { cseqOf, readSip, type SipText, signatureOf } from './sip-text.ts';

/** Headers whose presence and value must agree (blanks and parameter order of Via aside), besides all that begin with `x-`. */
const comparedHeaders = new Set([
  'from',
  'to',
  'call-id',
  'contact',
  'max-forwards',
  'content-type',
  'content-length',
  'user-to-user',
  'reason',
  'subject',
  'refer-to',
  'event',
  'subscription-state',
  'expires',
  'require',
  'supported',
  'session-expires',
  'record-route',
  'route',
  'warning',
  'retry-after',
]);

/** One thing the engine sent, or the recorded server: a SIP message or a control frame. */
export interface Image {
  /** What decides the order: `SIP 180 INVITE`, `CTL sip network BYE`, `CTL response NOK`. */
  readonly signature: string;
  /** The fields of a frame's first line; none for SIP. */
  readonly tokens: readonly string[];
  readonly sip: SipText | undefined;
}

export function imageOfSip(octets: string): Image {
  const sip = readSip(octets);
  return { signature: `SIP ${signatureOf(sip)}`, tokens: [], sip };
}

/** `payload` is a frame without its length. */
export function imageOfFrame(payload: string): Image {
  const end = payload.indexOf('\r\n');
  const line = end < 0 ? payload : payload.slice(0, end);
  const tokens = line.split('|');
  const sip = end < 0 ? undefined : readSip(payload.slice(end + 2));
  const [, kind = '', second = '', third = ''] = tokens;
  if (kind === 'response') return { signature: `CTL response ${third}`, tokens, sip };
  return { signature: `CTL ${kind} ${second} ${sip === undefined ? '' : signatureOf(sip)}`, tokens, sip };
}

export interface Mismatch {
  /** `from`, `token proto`, `body`, … */
  readonly field: string;
  readonly recorded: string;
  readonly live: string;
}

/** Learns from the pair, then tells in what the live one differs, in recorded names. */
export function compareImages(recorded: Image, live: Image, names: Names): Mismatch[] {
  if (recorded.sip !== undefined && live.sip !== undefined) names.learnMessage(recorded.sip, live.sip);
  return [
    ...compareTokens(recorded.tokens, live.tokens, names),
    ...compareSip(recorded.sip, live.sip, names),
  ];
}

function compareSip(recorded: SipText | undefined, live: SipText | undefined, names: Names): Mismatch[] {
  if (recorded === undefined && live === undefined) return [];
  if (recorded === undefined || live === undefined) {
    return [{ field: 'SIP text', recorded: recorded?.startLine ?? 'none', live: live?.startLine ?? 'none' }];
  }
  const found: Mismatch[] = [];
  const check = (field: string, was: string | undefined, is: string | undefined): void => {
    if (was !== is) found.push({ field, recorded: was ?? 'absent', live: is ?? 'absent' });
  };
  if (recorded.isRequest) check('request line', recorded.startLine, names.toRecorded(live.startLine));
  check('cseq', `${names.cseqToLive(recorded)}`, `${cseqOf(live).number}`);
  check('via', viaOf(recorded), viaOf(live, names));
  for (const name of namesToCompare(recorded, live)) {
    const { was, is } = valuesOf(name, recorded, live, names);
    check(name, was, is);
  }
  check('body', recorded.body, names.toRecorded(live.body));
  return found;
}

function namesToCompare(recorded: SipText, live: SipText): Set<string> {
  const all = [...recorded.headers, ...live.headers].map(([name]) => name);
  return new Set(all.filter(name => comparedHeaders.has(name) || name.startsWith('x-')));
}

function valuesOf(name: string, recorded: SipText, live: SipText, names: Names) {
  const values = (message: SipText) =>
    message.headers.filter(([key]) => key === name).map(([, value]) => value);
  const [was, is] = [values(recorded).join(', '), names.toRecorded(values(live).join(', '))];
  // <sip:bob@host>;tag=x and sip:bob@host;tag=x say the same.
  const shown = (value: string) => (value === '' ? undefined : value.replaceAll(/[<>]/g, ''));
  return { was: shown(was), is: shown(is) };
}

/** Of each Via: transport and sent-by, and that there is a branch. */
function viaOf(message: SipText, names?: Names): string {
  const values = message.headers.filter(([name]) => name === 'via').flatMap(([, value]) => value.split(','));
  const shown = values.map(value => {
    const [sent = ''] = value.trim().split(';');
    return `${names === undefined ? sent : names.toRecorded(sent)} ${/;branch=z9hG4bK/.test(value) ? 'branch' : 'no branch'}`;
  });
  return shown.join(', ');
}

type Rule = (recorded: string, live: string, names: Names) => boolean;

const same: Rule = (recorded, live) => recorded === live;
const anything: Rule = () => true;
/** 0 for what was made up and never was on the wire. */
const isSize: Rule = (recorded, live) => (recorded === '0' ? live === '0' : /^[1-9]\d*$/.test(live));
const isTime: Rule = (_, live) => /^\d\d:\d\d:\d\d\.\d{6}$/.test(live);
const sameName: Rule = (recorded, live, names) => recorded === names.toRecorded(live);
const sameTransaction: Rule = (recorded, live, names) => {
  if (recorded !== '' && live !== '') names.learnTransaction(recorded, live);
  return recorded === names.transactionToRecorded(live);
};
/** `udp/127.0.0.1:5180,tcp/127.0.0.1:5180` in any order. */
const sameHostports: Rule = (recorded, live, names) => {
  return recorded.split(',').sort().join() === names.toRecorded(live).split(',').sort().join();
};
const isVersion: Rule = (_, live) => /^v\d+\.\d+\.\d+/.test(live);

/** The fields of control-protocol frames, by position. */
const meta: readonly (readonly [field: string, rule: Rule])[] = [
  ['source', same],
  ['size', isSize],
  ['proto', same],
  ['address', same],
  ['port', sameName],
  ['time', isTime],
  ['transaction id', sameTransaction],
];
const sipRules = [
  ['id', anything],
  ['kind', same],
  ...meta,
  ['dialog id', sameName],
  ['local address', sameName],
  ['local port', sameName],
  ['end', same],
] as const;
const replyRules = [
  ['id', anything],
  ['kind', same],
  ['request id', same],
  ['status', same],
  ...meta,
  ['dialog id', sameName],
  ['continue', same],
  ['words', same],
  ['end', same],
] as const;
const welcomeRules = [
  ['id', anything],
  ['kind', same],
  ['request id', same],
  ['status', same],
  ['hostports', sameHostports],
  ['version', isVersion],
  ['local hostports', sameHostports],
] as const;
const refusalRules = [
  ['id', anything],
  ['kind', same],
  ['request id', same],
  ['status', same],
  ['reason', anything],
] as const;

function rulesFor(tokens: readonly string[]): readonly (readonly [string, Rule])[] {
  if (tokens[1] !== 'response') return sipRules;
  if (tokens[3] !== 'OK') return refusalRules;
  return tokens[4]?.includes('/') === true ? welcomeRules : replyRules;
}

function compareTokens(recorded: readonly string[], live: readonly string[], names: Names): Mismatch[] {
  if (recorded.length !== live.length) {
    return [{ field: 'tokens', recorded: recorded.join('|'), live: names.toRecorded(live.join('|')) }];
  }
  const rules = rulesFor(recorded);
  return recorded.flatMap((was, at) => {
    const [field, rule] = rules[at] ?? ['token', same];
    const is = live[at] ?? '';
    return rule(was, is, names)
      ? []
      : [{ field: `token ${field}`, recorded: was, live: names.toRecorded(is) }];
  });
}
