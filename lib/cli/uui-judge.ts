import { isCustomHeader, isUserToUser, readCustomName } from '../attached-data/custom-name.ts';
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

export function judgeMessage(message: JudgedMessage): Judgement {
  const place = placeOf(message);
  if (place.method === 'INFO' && isAboutPackages(message)) return judgeInfo(message);
  if (place.method === 'REFER' && place.status === undefined)
    return judgeAddress(triggeredByRefer(message.headers, dataHeadersOf(message)));
  if (message.headers.some(({ name }) => /^(contact|m)$/i.test(name)))
    return judgeAddress(triggeredByRedirection(message.headers));
  if (message.headers.some(({ name }) => /^(refer-to|r)$/i.test(name)))
    return judgeAddress(triggeredByRefer(message.headers, dataHeadersOf(message)));
  return judgeData(message, place);
}

function placeOf({ method, context = {} }: JudgedMessage): UuiPlace {
  const [, status, ofRequest] = /^(\d{3})\/(.+)$/.exec(method) ?? [];
  const { inDialog, initialInviteHadUui } = context;
  return {
    method: (ofRequest ?? method).toUpperCase(),
    ...(status !== undefined && { status: Number(status) }),
    ...(inDialog !== undefined && { inDialog }),
    ...(initialInviteHadUui !== undefined && { initialInviteHadUui }),
  };
}

function dataHeadersOf({ context }: JudgedMessage): readonly string[] {
  return context?.dataHeaders ?? ['X-*'];
}

function judgeData(message: JudgedMessage, place: UuiPlace): Judgement {
  const uui = message.headers.filter(({ name }) => isUuiLine(name));
  const custom = message.headers.filter(({ name }) => !isUuiLine(name));
  const named = custom.filter(({ name }) => readCustomName(name, dataHeadersOf(message)).kind !== 'other');
  const required = custom.some(
    ({ name, value }) => /^require$/i.test(name) && /(^|,)\s*uui\s*(,|$)/i.test(value),
  );
  const judged = {
    ...(named.length > 0 && judgeCustom(named, dataHeadersOf(message))),
    ...(uui.length > 0 && judgeUui(uui, place)),
  };
  return required ? { ...judged, response: 'not-420' } : judged;
}

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
      triggeredInvite: Object.fromEntries(inviteHeaders.map(({ name, value }) => [usualName(name), value])),
    }),
    ...(refused.length > 0 && { refused }),
  };
}

function usualName(name: string): string {
  return isUserToUser(name) ? 'User-to-User' : name;
}

function isAboutPackages({ headers, context }: JudgedMessage): boolean {
  return (
    context?.dialogExists === false ||
    !headers.some(({ name }) => isUuiLine(name) || isCustomHeader(name, ['X-*']))
  );
}

function judgeInfo({ headers, context = {} }: JudgedMessage): Judgement {
  const { recvInfo = [], dialogExists = true } = context;
  const answer = answerToInfo(headers, { recvInfo, dialogExists });
  switch (answer.kind) {
    case 'legacy':
      return { syntax: 'valid', response: 'relay-or-200-or-415', disposition: 'legacy' };
    case 'accepted':
      return { syntax: 'valid', response: 200, disposition: 'accept' };
    case 'no-dialog':
      return { syntax: 'valid', response: answer.status, disposition: 'no-dialog' };
    case 'refused':
      return {
        syntax: 'valid',
        response: answer.status,
        ...(answer.status === 469 && { responseHeaders: { 'Recv-Info': answer.recvInfo } }),
        disposition: 'transaction-only-failure',
      };
  }
}
