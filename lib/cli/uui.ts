import { acsValueFaultOf } from '../attached-data/acs-limits.ts';
import { type ProfileName, profileOf } from '../attached-data/profile.ts';
import { hexOf, readUui, textOf, writeUui } from '../attached-data/uui-form.ts';
import { emitUserToUser, isBase16, parseUserToUser, type UuiOutput } from '../attached-data/user-to-user.ts';
import { type JudgedMessage, judgeMessage } from './uui-judge.ts';
import { isUuiLine } from './uui-judge-data.ts';

/** What `baton uui parse` and `baton uui build` do, without the command line around it. */

export interface UuiParseOptions {
  /** `INVITE`, `BYE`, … or `200/INVITE` for a response to it. Default: INVITE. */
  readonly method?: string;
  /** Header the values are of. Default: User-to-User; an address on REFER is Refer-To, on a 3xx Contact. */
  readonly header?: string;
  readonly inDialog?: boolean;
  readonly initialInviteHadUui?: boolean;
  /** False: the dialog is not known. */
  readonly dialog?: boolean;
  /** The info packages that are taken. Default: none. */
  readonly recvInfo?: readonly string[];
  /** Further `X-` names that are data. Default: all. */
  readonly dataHeaders?: readonly string[];
  /** The profile of the trunk it came from: adds `profile` and `readings`, one for each value. */
  readonly profile?: ProfileName;
}

/**
 * Judges one header value, or several lines of the same header. When no header is named, a value may also be whole header
 * lines (`User-to-User: 04…`), one a line, of one message. Bare values are never split at line breaks: a line break that is no
 * folding is what a header injection looks like. The result has the shape of a test vector's `expect`.
 */
export function uuiParse(value: string | readonly string[], options: UuiParseOptions = {}): object {
  const method = options.method ?? 'INVITE';
  const values = typeof value === 'string' ? [value] : value;
  const { header } = options;
  const headers = values.flatMap(one =>
    header === undefined
      ? (headerLines(one) ?? [{ name: headerOf(one, method), value: one }])
      : [{ name: header, value: one }],
  );
  const judged = judgeMessage({ method, headers, context: contextOf(options) });
  const { profile } = options;
  return profile === undefined ? judged : { ...judged, profile, readings: readingsBy(profile, headers) };
}

/** What the values say to a trunk with this profile; null where it cannot read one. */
function readingsBy(profile: ProfileName, headers: JudgedMessage['headers']): unknown[] {
  const lines = headers.filter(({ name }) => isUuiLine(name)).map(line => line.value);
  const parsed = parseUserToUser(lines);
  if (parsed.syntax === 'invalid') return [];
  return parsed.values.map(value => {
    const content = readUui(value, profileOf(profile));
    if (content === undefined) return null;
    const { pd = null, payloadHex } = content;
    const payloadText = textOf(payloadHex, 'text');
    return { pd, payloadHex, ...(payloadText !== undefined && { payloadText }) };
  });
}

/** The text of standard input as a value: the line end that `echo` adds is not part of it. */
export function valueFromInput(text: string): string {
  return text.replace(/\r?\n$/, '');
}

export interface UuiBuildOptions {
  /** The value as it is to stand in the header, quoted where it must be. One of data, hex, text. */
  readonly data?: string;
  /** Octets without the protocol discriminator. */
  readonly hex?: string;
  readonly text?: string;
  /** Protocol discriminator, two hex digits. Default: 04 (IA5) for text, 00 for hex; none for other packages. */
  readonly pd?: string;
  /** `hex` (default), or `ascii` or `text` for vendors: then the text is written as it is and `pd` becomes a parameter. */
  readonly encoding?: string;
  readonly purpose?: string;
  readonly content?: string;
  /** In the form of this profile, with hex or text and perhaps pd; the profile says the rest. */
  readonly profile?: ProfileName;
}

export type UuiBuilt =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly reason: string };

/** Makes a User-to-User value. Refuses with a reason; never throws. */
export function uuiBuild(options: UuiBuildOptions): UuiBuilt {
  const given = [options.data, options.hex, options.text].filter(one => one !== undefined);
  if (given.length !== 1) return refusal('give one of data, hex and text');
  if (options.pd !== undefined && !/^[0-9A-Fa-f]{2}$/.test(options.pd))
    return refusal('pd is two hex digits');
  if (options.hex !== undefined && !isBase16(options.hex))
    return refusal('hex is an even number of hex digits');
  if (options.profile !== undefined) return buildFor(options.profile, options);
  return emitUserToUser([{ ...dataAndEncoding(options), params: paramsOf(options) }]);
}

/** As a trunk with this profile is sent it; refused when it would not be. */
function buildFor(name: ProfileName, options: UuiBuildOptions): UuiBuilt {
  const { data, hex, text, pd } = options;
  const said = [data, options.encoding, options.purpose, options.content];
  if (said.some(one => one !== undefined)) return refusal('with profile give hex or text, and perhaps pd');
  const profile = profileOf(name);
  const payloadHex = (hex ?? hexOf(text ?? '')).toUpperCase();
  const octets = payloadHex.length / 2;
  if (profile.maxUuiBytes !== undefined && octets > profile.maxUuiBytes)
    return refusal(`${String(octets)} octets; ${name} takes ${String(profile.maxUuiBytes)}`);
  const output = writeUui({ payloadHex, params: [], ...(pd !== undefined && { pd }) }, profile);
  if (output === undefined) return refusal(`no ${profile.encoding}`);
  const built = emitUserToUser([output]);
  const fault = built.ok && profile.acsLimits ? acsValueFaultOf(built.value) : undefined;
  return fault === undefined ? built : refusal(`over the limits of ${name}: ${fault}`);
}

function dataAndEncoding(options: UuiBuildOptions): Pick<UuiOutput, 'data'> {
  if (options.data !== undefined) return { data: options.data };
  if (!isHex(options)) return { data: options.text ?? options.hex ?? '' };
  const payload = options.hex ?? hexOf(options.text ?? '');
  return { data: (discriminator(options) + payload).toUpperCase() };
}

/** RFC 7434 §6: the first octet. Other packages have none unless asked for. */
function discriminator(options: UuiBuildOptions): string {
  if (options.pd !== undefined) return options.pd;
  const isdn = options.purpose === undefined || options.purpose.toLowerCase() === 'isdn-uui';
  if (!isdn) return '';
  return options.text === undefined ? '00' : '04';
}

function paramsOf(options: UuiBuildOptions): [string, string][] {
  const params: [string, string][] = [];
  const encoding = options.encoding ?? (options.data === undefined ? 'hex' : undefined);
  if (options.pd !== undefined && (options.data !== undefined || !isHex(options)))
    params.push(['pd', options.pd]);
  if (encoding !== undefined) params.push(['encoding', encoding]);
  if (options.purpose !== undefined) params.push(['purpose', options.purpose]);
  if (options.content !== undefined) params.push(['content', options.content]);
  return params;
}

function isHex({ encoding }: UuiBuildOptions): boolean {
  return encoding === undefined || encoding.toLowerCase() === 'hex';
}

function refusal(reason: string): UuiBuilt {
  return { ok: false, reason };
}

type HeaderLines = JudgedMessage['headers'];

/** A name we judge, then a colon: no value of User-to-User can begin so, for a colon is no token character. */
const HEADER_LINE =
  /^(User-to-User|Refer-To|r|Contact|m|Require|Info-Package|Recv-Info|Content-(?:Type|Disposition)|c|X-[A-Za-z0-9\-.!%*_+`'~]+)[ \t]*:/i;

/** The text as header lines, folded ones joined; undefined when a line of it is none. */
function headerLines(text: string): HeaderLines | undefined {
  if (!HEADER_LINE.test(text)) return undefined;
  const lines = text.replace(/(\r?\n)+$/, '').split(/\r?\n(?![ \t])/);
  if (!lines.every(line => HEADER_LINE.test(line))) return undefined;
  return lines.map(line => {
    const colon = line.indexOf(':');
    return { name: line.slice(0, colon).trimEnd(), value: line.slice(colon + 1) };
  });
}

/** A bare value on a REFER or a redirection that looks like an address is one: it has a `<` outside quotes, or a scheme. */
function headerOf(value: string, method: string): string {
  const redirection = method.startsWith('3');
  const looksSo = /^\s*(("(\\.|[^"\\])*"\s*|[^<"]*)<|[a-z][a-z0-9+.-]*:)/i.test(value);
  if (!looksSo || !(redirection || method.toUpperCase() === 'REFER')) return 'User-to-User';
  return redirection ? 'Contact' : 'Refer-To';
}

function contextOf(options: UuiParseOptions): NonNullable<JudgedMessage['context']> {
  const { inDialog, initialInviteHadUui, dialog, recvInfo, dataHeaders } = options;
  return {
    ...(inDialog !== undefined && { inDialog }),
    ...(initialInviteHadUui !== undefined && { initialInviteHadUui }),
    ...(dialog !== undefined && { dialogExists: dialog }),
    ...(recvInfo !== undefined && { recvInfo }),
    ...(dataHeaders !== undefined && { dataHeaders }),
  };
}
