import type { Mismatch } from './compare.ts';
import type { Names } from './names.ts';

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

/** Tells in which fields the first line of a frame differs, in recorded names. */
export function compareTokens(
  recorded: readonly string[],
  live: readonly string[],
  names: Names,
): Mismatch[] {
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
