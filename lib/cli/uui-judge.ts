import { isUserToUser, readCustomName } from '../attached-data/custom-name.ts';
import { unfold } from '../attached-data/header-text.ts';
import { answerToInfo } from '../attached-data/info-package.ts';
import { type Triggered, triggeredByRedirection, triggeredByRefer } from '../attached-data/refer-to.ts';
import type { UuiPlace } from '../attached-data/uui-rules.ts';
import type { HeaderLine } from '../call/signal.ts';
import { isUuiLine, judgeCustom, judgeUui, type Judgement } from './uui-judge-data.ts';

/** Judges the data headers of one message in the shape of a test vector: its `input` in, its `expect` out. */

export interface JudgedMessage {
  /** `INVITE`, or `200/INVITE` for a response to it. */
  readonly method: string;
  readonly headers: readonly HeaderLine[];
  readonly context?: {
    readonly inDialog?: boolean;
    readonly initialInviteHadUui?: boolean;
    readonly dataHeaders?: readonly string[];
    readonly recvInfo?: readonly string[];
    readonly dialogExists?: boolean;
  };
}

/** What becomes of the data headers of the message, and why. */
export function judgeMessage(message: JudgedMessage): Judgement {
  const place = placeOf(message);
  const isReferral = place.method === 'REFER' && place.status === undefined;
  if (isReferral || has(message, /^(refer-to|r)$/i))
    return judgeAddress(triggeredByRefer(message.headers, dataHeadersOf(message)));
  const data = judgeData(message, place);
  if (place.method === 'INFO' && (data === undefined || isAboutPackages(message)))
    return judgeInfo(message, data);
  // An INVITE and its 2xx have a Contact too; it is a redirection's that headers are embedded in.
  const isRedirection = place.status !== undefined && place.status >= 300 && place.status < 400;
  if (has(message, /^(contact|m)$/i) && (isRedirection || data === undefined))
    return { ...data, ...judgeAddress(triggeredByRedirection(message.headers)) };
  return data ?? NO_DATA;
}

const NO_DATA: Judgement = { syntax: 'valid', disposition: 'not-attached-data', reason: 'no data header' };

function has({ headers }: JudgedMessage, wanted: RegExp): boolean {
  return headers.some(({ name }) => wanted.test(name));
}

/** `200` alone is to INVITE; `re-INVITE` is an INVITE in a dialog. */
function placeOf({ method, context = {} }: JudgedMessage): UuiPlace {
  const [, status, ofRequest = 'INVITE'] = /^(\d{3})(?:[/ ](.+))?$/.exec(method) ?? [];
  const name = (status === undefined ? method : ofRequest).toUpperCase();
  const isReInvite = /^RE-?INVITE$/.test(name);
  const inDialog = isReInvite ? true : context.inDialog;
  const { initialInviteHadUui } = context;
  return {
    method: isReInvite ? 'INVITE' : name,
    ...(status !== undefined && { status: Number(status) }),
    ...(inDialog !== undefined && { inDialog }),
    ...(initialInviteHadUui !== undefined && { initialInviteHadUui }),
  };
}

function dataHeadersOf({ context }: JudgedMessage): readonly string[] {
  return context?.dataHeaders ?? ['X-*'];
}

/** Undefined: there is no data header in it. */
function judgeData(message: JudgedMessage, place: UuiPlace): Judgement | undefined {
  const uui = message.headers.filter(({ name }) => isUuiLine(name));
  const custom = message.headers.filter(({ name }) => !isUuiLine(name));
  const named = custom.filter(({ name }) => readCustomName(name, dataHeadersOf(message)).kind !== 'other');
  const required = custom.some(
    ({ name, value }) => /^require$/i.test(name) && /(^|,)\s*uui\s*(,|$)/i.test(value),
  );
  const ofCustom = named.length > 0 ? judgeCustom(named, dataHeadersOf(message)) : undefined;
  const ofUui = uui.length > 0 ? judgeUui(uui, place) : undefined;
  const judged = ofCustom === undefined || ofUui === undefined ? (ofUui ?? ofCustom) : both(ofCustom, ofUui);
  return required ? { ...(judged ?? NO_DATA), response: 'not-420' } : judged;
}

/** The fields of both; the verdict of the one that is not well, of the custom headers if neither is. */
function both(custom: Judgement, uui: Judgement): Judgement {
  const isCustomGraver =
    custom['syntax'] === 'invalid' ||
    (uui['disposition'] === 'accept' && !UNTROUBLED.has(custom['disposition']));
  const [graver, other] = isCustomGraver ? [custom, uui] : [uui, custom];
  const fields = Object.entries(other).filter(([field]) => field !== 'reason');
  return { ...Object.fromEntries(fields), ...graver };
}

const UNTROUBLED: ReadonlySet<unknown> = new Set(['accept', 'accept-if-x-enabled', 'not-attached-data']);

const CVP_REASON = 'RFC 7433 A.4 rejected the URI-parameter approach; Cisco CVP doc shows it';

function judgeAddress(triggered: Triggered): Judgement {
  if (triggered.syntax === 'invalid') {
    return { syntax: 'invalid', reason: triggered.reason, disposition: 'reject-400' };
  }
  const pairs = triggered.headers.map(({ name, value }) => [name, value]);
  if (triggered.syntax === 'lenient') {
    const { reason } = triggered;
    return { syntax: 'invalid', reason, disposition: 'lenient-accept', lenientEmbedded: pairs };
  }
  const vendor = triggered.uriParams.filter(([name]) => isUserToUser(name));
  if (vendor.length > 0) {
    return {
      syntax: 'valid',
      embedded: pairs,
      uriParams: vendor,
      disposition: 'vendor-profile',
      reason: CVP_REASON,
    };
  }
  const { inviteHeaders, refused } = triggered;
  return {
    syntax: 'valid',
    embedded: pairs,
    disposition: 'accept',
    targetUri: triggered.targetUri,
    ...(inviteHeaders.length > 0 && {
      triggeredInvite: valuesByName(inviteHeaders),
    }),
    ...(refused.length > 0 && { refused }),
  };
}

/** Lines of User-to-User are one list (RFC 3261 §7.3.1); of another header that is there twice the first counts. */
function valuesByName(lines: readonly HeaderLine[]): Readonly<Record<string, string>> {
  const values = new Map<string, string>();
  for (const { name, value: raw } of lines) {
    const value = unfold(raw);
    const shown = isUserToUser(name) ? 'User-to-User' : name;
    const before = values.get(shown);
    if (before === undefined) values.set(shown, value);
    else if (isUserToUser(name)) values.set(shown, `${before}, ${value}`);
  }
  return Object.fromEntries(values);
}

function isAboutPackages(message: JudgedMessage): boolean {
  return message.context?.dialogExists === false || has(message, /^info-package$/i);
}

function judgeInfo({ headers, context = {} }: JudgedMessage, data: Judgement | undefined): Judgement {
  const { recvInfo = [], dialogExists = true } = context;
  // RFC 3261 §12.2.2: a request outside any dialog we know.
  if (!dialogExists) return { syntax: 'valid', response: 481, disposition: 'no-dialog' };
  const answer = answerToInfo(headers, recvInfo);
  switch (answer.kind) {
    case 'legacy':
      return { syntax: 'valid', response: 'relay-or-200-or-415', disposition: 'legacy' };
    case 'accepted':
      return { syntax: 'valid', response: 200, disposition: 'accept', ...data };
    case 'refused':
      return {
        syntax: 'valid',
        response: answer.status,
        ...(answer.status === 469 && { responseHeaders: { 'Recv-Info': answer.recvInfo } }),
        disposition: 'transaction-only-failure',
      };
  }
}
