import { acsFaultOf } from '../attached-data/acs-limits.ts';
import { customEntriesFromHeaders, customHeadersFromEntries } from '../attached-data/custom-headers.ts';
import { isCustomHeader, isUserToUser, readCustomName } from '../attached-data/custom-name.ts';
import type { Entry, Origin } from '../attached-data/entry.ts';
import { breaksHeader, unfold } from '../attached-data/header-text.ts';
import { answerToInfo } from '../attached-data/info-package.ts';
import { profileOf } from '../attached-data/profile.ts';
import { type Triggered, triggeredByRedirection, triggeredByRefer } from '../attached-data/refer-to.ts';
import { isIsdn, parseUserToUser, uuiParam, type UuiValue } from '../attached-data/user-to-user.ts';
import {
  acsLimitExceeded,
  isdnLimitExceeded,
  judgeUserToUser,
  type UuiPlace,
  vendorReadings,
} from '../attached-data/uui-rules.ts';
import { valueText } from '../attached-data/views.ts';
import type { HeaderLine } from '../call/signal.ts';

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

/** The fields of a vector's `expect`, those that apply. */
export type Judgement = Readonly<Record<string, unknown>>;

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
    ...(named.length > 0 && judgeCustom(named, message)),
    ...(uui.length > 0 && judgeUui(uui, place)),
  };
  return required ? { ...judged, response: 'not-420' } : judged;
}

/** `X-User-to-User` is an older spelling of the header; its octets have no protocol discriminator. */
function isUuiLine(name: string): boolean {
  return isUserToUser(name) || /^x-user-to-user$/i.test(name);
}

function judgeUui(lines: readonly HeaderLine[], place: UuiPlace): Judgement {
  const values = lines.map(line => line.value);
  const discriminator = lines.every(({ name }) => isUserToUser(name)) ? 'first-octet' : 'none';
  const header = parseUserToUser(values, { discriminator });
  const { disposition, reason } = judgeUserToUser(header, place);
  const verdict = { ...(reason !== undefined && { reason }), disposition };
  if (header.syntax === 'invalid') return { syntax: 'invalid', ...verdict };
  const isdn = header.values.filter(isIsdn);
  const [only] = isdn.length === 1 ? isdn : [];
  return {
    syntax: 'valid',
    values: header.values.map(shownValue),
    ...verdict,
    ...(disposition === 'accept-to-attached-data-but-do-not-emit' && {
      emitInstead: 'X-header or Info-Package INFO per leg profile',
    }),
    ...(only !== undefined && aboutIsdn(only, disposition === 'accept')),
    acsValueLimitExceeded: values.some(value => acsLimitExceeded(unfold(value))),
  };
}

function shownValue({
  data,
  form,
  params,
  effective,
  octetsHex,
  pd,
  payloadHex,
  payloadText,
}: UuiValue): Judgement {
  return {
    ...{ data, form, params, effective },
    ...(octetsHex !== undefined && { octetsHex }),
    ...(pd !== undefined && { pd }),
    ...(payloadHex !== undefined && { payloadHex }),
    ...(payloadText !== undefined && { payloadText }),
  };
}

function aboutIsdn(value: UuiValue, accepted: boolean): Judgement {
  const lenientProfile = vendorReadings(value);
  const old = uuiParam(value, 'purpose')?.toLowerCase() === 'isdn-interwork';
  return {
    ...(accepted && old && { emitPurpose: 'isdn-uui' }),
    ...(isdnLimitExceeded(value) && { isdnLimitExceeded: true }),
    ...(value.avayaTlv !== undefined && { avayaTlv: value.avayaTlv }),
    ...(lenientProfile !== undefined && { lenientProfile }),
  };
}

const NOBODY: Origin = { party: '', atMs: 0 };

function judgeCustom(lines: readonly HeaderLine[], message: JudgedMessage): Judgement {
  const dataHeaders = dataHeadersOf(message);
  const broken = lines.find(({ value }) => breaksHeader(unfold(value)));
  if (broken !== undefined) {
    const reason = broken.value.includes('\0') ? 'NUL in value' : 'CRLF in value is not folding';
    return { syntax: 'invalid', reason, disposition: 'reject-api-input' };
  }
  const { entries, dropped } = customEntriesFromHeaders(lines, dataHeaders, NOBODY);
  if (entries.length === 0) {
    return { syntax: 'valid', disposition: 'not-attached-data', reason: 'X-MS-* other than Custom reserved' };
  }
  const acs = customHeadersFromEntries(entries, profileOf('acs-dr'), dataHeaders);
  return {
    syntax: 'valid',
    attached: entries.map(({ key, value }) => [key, value]),
    ...(acs.dropped.length > 0 && {
      towardAcs: customEntriesFromHeaders(acs.headers, dataHeaders, NOBODY).entries.map(({ key, value }) => [
        key,
        value,
      ]),
    }),
    ...dispositionOf(entries, dropped.length > 0, dataHeaders),
  };
}

/** The gravest first. */
function dispositionOf(
  entries: readonly Entry[],
  repeated: boolean,
  dataHeaders: readonly string[],
): Judgement {
  const faults = new Set(
    entries.map(entry => acsFaultOf(entry.headerName ?? entry.key, valueText(entry))),
  );
  if (repeated) return { disposition: 'duplicate-flag' };
  if (faults.has('acs-key-length')) {
    const reason = 'ACS key limit 64 incl. prefix; relay elsewhere, drop+flag toward ACS';
    return { disposition: 'acs-limit-violation', reason };
  }
  if (faults.has('acs-value-length'))
    return { disposition: 'acs-limit-violation', reason: 'ACS value limit 256' };
  if (entries.length > 5) return { disposition: 'acs-limit-violation' };
  if (faults.has('acs-charset')) return { disposition: 'acs-charset-violation' };
  const byTrunk = entries.some(
    entry => readCustomName(entry.headerName ?? '', dataHeaders).kind === 'named-by-trunk',
  );
  return { disposition: byTrunk ? 'accept-if-x-enabled' : 'accept' };
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
