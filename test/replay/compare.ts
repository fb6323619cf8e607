import type { SipText } from '../../support/sip-text.ts';
import { compareTokens } from './compare-tokens.ts';
import type { Image } from './image.ts';
import type { Names } from './names.ts';

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
    return [{ field: 'SIP text', recorded: recorded?.start ?? 'none', live: live?.start ?? 'none' }];
  }
  const found: Mismatch[] = [];
  const check = (field: string, was: string | undefined, is: string | undefined): void => {
    if (was !== is) found.push({ field, recorded: was ?? 'absent', live: is ?? 'absent' });
  };
  if (recorded.status === 0) check('request line', recorded.start, names.toRecorded(live.start));
  check('cseq', `${names.cseqToLive(recorded)}`, `${live.cseq.number}`);
  check('via', viaOf(recorded), viaOf(live, names));
  for (const name of namesToCompare(recorded, live)) {
    const { was, is } = valuesOf(name, recorded, live, names);
    check(name, was, is);
  }
  check('body', recorded.body, names.toRecorded(live.body));
  return found;
}

function namesToCompare(recorded: SipText, live: SipText): Set<string> {
  const all = [...recorded.lines, ...live.lines].map(([name]) => name.toLowerCase());
  return new Set(all.filter(name => comparedHeaders.has(name) || name.startsWith('x-')));
}

function valuesOf(name: string, recorded: SipText, live: SipText, names: Names) {
  const values = (message: SipText) => message.all(name);
  const [was, is] = [values(recorded).join(', '), names.toRecorded(values(live).join(', '))];
  // <sip:bob@host>;tag=x and sip:bob@host;tag=x say the same.
  const shown = (value: string) => (value === '' ? undefined : value.replaceAll(/[<>]/g, ''));
  return { was: shown(was), is: shown(is) };
}

/** Of each Via: transport and sent-by, and that there is a branch. */
function viaOf(message: SipText, names?: Names): string {
  const values = message.all('via').flatMap(value => value.split(','));
  const shown = values.map(value => {
    const [sent = ''] = value.trim().split(';');
    return `${names === undefined ? sent : names.toRecorded(sent)} ${/;branch=z9hG4bK/.test(value) ? 'branch' : 'no branch'}`;
  });
  return shown.join(', ');
}
