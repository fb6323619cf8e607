import { customEntriesFromHeaders, customHeadersFromEntries } from '../attached-data/custom-headers.ts';
import { CUSTOM_PREFIX, isUserToUser, readCustomName } from '../attached-data/custom-name.ts';
import type { DropCode, Entry, Origin } from '../attached-data/entry.ts';
import { breaksHeader, unfold } from '../attached-data/header-text.ts';
import { profileOf } from '../attached-data/profile.ts';
import { isIsdn, parseUserToUser, uuiParam, type UuiValue } from '../attached-data/user-to-user.ts';
import {
  acsLimitExceeded,
  isdnLimitExceeded,
  judgeUserToUser,
  type UuiPlace,
  vendorReadings,
} from '../attached-data/uui-rules.ts';
import type { HeaderLine } from '../call/signal.ts';
import { isToken } from '../engine/message/token.ts';

/** The fields of a vector's `expect`, those that apply. */
export type Judgement = Readonly<Record<string, unknown>>;

/** `X-User-to-User` is an older spelling of the header; its octets have no protocol discriminator. */
export function isUuiLine(name: string): boolean {
  return isUserToUser(name) || /^x-user-to-user$/i.test(name);
}

/** The User-to-User lines of one message. */
export function judgeUui(lines: readonly HeaderLine[], place: UuiPlace): Judgement {
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

/** The custom header lines of one message; reserved ones may be among them. */
export function judgeCustom(lines: readonly HeaderLine[], dataHeaders: readonly string[]): Judgement {
  const broken = lines.find(({ value }) => breaksHeader(unfold(value)));
  if (broken !== undefined) {
    const reason = broken.value.includes('\0') ? 'NUL in value' : 'CRLF in value is not folding';
    return { syntax: 'invalid', reason, disposition: 'reject-api-input' };
  }
  if (!lines.every(({ name }) => isToken(name)))
    return { syntax: 'invalid', reason: 'header name is no token', disposition: 'reject-api-input' };
  const { entries, dropped } = customEntriesFromHeaders(lines, { dataHeaders }, NOBODY);
  if (entries.length === 0) {
    const keyless = lines.some(({ name }) => name.length === CUSTOM_PREFIX.length && /-custom-$/i.test(name));
    const reason = keyless ? 'key missing after X-MS-Custom-' : 'X-MS-* other than Custom reserved';
    return { syntax: 'valid', disposition: 'not-attached-data', reason };
  }
  const acs = customHeadersFromEntries(entries, { profile: profileOf('acs-dr'), dataHeaders });
  return {
    syntax: 'valid',
    attached: entries.map(({ key, value }) => [key, value]),
    ...(acs.dropped.length > 0 && {
      towardAcs: customEntriesFromHeaders(acs.headers, { dataHeaders }, NOBODY).entries.map(
        ({ key, value }) => [key, value],
      ),
    }),
    ...verdictOf(entries, new Set([...dropped, ...acs.dropped].map(({ code }) => code)), dataHeaders),
  };
}

/** The gravest first. Only valid headers count towards the limit of ACS. */
function verdictOf(
  entries: readonly Entry[],
  faults: ReadonlySet<DropCode>,
  dataHeaders: readonly string[],
): Judgement {
  if (faults.has('duplicate-header')) return { disposition: 'duplicate-flag' };
  if (faults.has('acs-key-length')) {
    const reason = 'ACS key limit 64 incl. prefix; relay elsewhere, drop+flag toward ACS';
    return { disposition: 'acs-limit-violation', reason };
  }
  if (faults.has('acs-value-length'))
    return { disposition: 'acs-limit-violation', reason: 'ACS value limit 256' };
  if (faults.has('acs-count')) return { disposition: 'acs-limit-violation' };
  if (faults.has('acs-charset')) return { disposition: 'acs-charset-violation' };
  const byTrunk = entries.some(
    entry => readCustomName(entry.headerName ?? '', dataHeaders).kind === 'named-by-trunk',
  );
  return { disposition: byTrunk ? 'accept-if-x-enabled' : 'accept' };
}
