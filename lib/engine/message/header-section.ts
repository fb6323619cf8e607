import { type ByteString, isSpace, trimmed } from './bytes.ts';
import { type Fault, fault } from './fault.ts';
import { HeaderList } from './header-list.ts';
import { keyOfToken } from './header-names.ts';
import type { MessageLimits } from './limits.ts';
import { afterQuoted } from './params.ts';

export interface HeaderSection {
  /** The lines that can be read. */
  readonly headers: HeaderList;
  /** Where the body begins; -1 when the text ends before the blank line. */
  readonly bodyFrom: number;
  /** A line was no header field or had a stray control character in it: it is not in `headers`. */
  readonly malformedLine: boolean;
  /** A limit was passed: `headers` is not complete. */
  readonly overLimit: Fault | undefined;
}

const LINE_TOO_LONG = fault(513, 'Header Field Too Long');
const TOO_MANY_LINES = fault(513, 'Too Many Header Fields');

/** Controls apart from HT and line ends. DEL is looked for apart: as one range with a few gaps the search is twice as fast. */
const CONTROL_IN_SECTION = /[\0-\x08\x0b\x0c\x0e-\x1f]/;
const CONTROL_IN_VALUE = /[\0-\x08\x0a-\x1f\x7f]/;

/** Reads header fields from `from` to the blank line: RFC 3261 §7.3.1, lines that end in LF alone tolerated. */
export function readHeaderSection(text: ByteString, from: number, limits: MessageLimits): HeaderSection {
  const headers = new HeaderList();
  let malformedLine = false;
  let overLimit: Fault | undefined;
  let bodyFrom = -1;
  let at = from;
  for (let lf = text.indexOf('\n', at); lf >= 0; lf = text.indexOf('\n', at)) {
    let lineTo = lineEnd(text, at, lf);
    if (lineTo === at) {
      bodyFrom = lf + 1;
      break;
    }
    const lineFrom = at;
    const firstTo = lineTo;
    at = lf + 1;
    // "A line that begins with SP or HT continues the one before": found before the value is cut.
    while (isSpace(text.charCodeAt(at))) {
      lf = text.indexOf('\n', at);
      if (lf < 0) break;
      lineTo = lineEnd(text, at, lf);
      at = lf + 1;
    }
    if (lf < 0) break;
    if (lineTo - lineFrom > limits.maxHeaderLineBytes) overLimit ??= LINE_TOO_LONG;
    else if (headers.length >= limits.maxHeaderCount) overLimit ??= TOO_MANY_LINES;
    else if (!appendLine(headers, text, lineFrom, firstTo, lineTo)) malformedLine = true;
  }
  const section = text.slice(from, bodyFrom < 0 ? text.length : bodyFrom);
  if (!CONTROL_IN_SECTION.test(section) && !section.includes('\x7f'))
    return { headers, bodyFrom, malformedLine, overLimit };
  const clean = withoutStrayControls(headers);
  return {
    headers: clean,
    bodyFrom,
    malformedLine: malformedLine || clean.length < headers.length,
    overLimit,
  };
}

/** The position of the CR, or of the LF when it stands alone. */
function lineEnd(text: ByteString, from: number, lf: number): number {
  return lf > from && text.charCodeAt(lf - 1) === 0x0d ? lf - 1 : lf;
}

/**
 * False when it is no header field: no colon, no token before it, or a CR that ends no line. `firstTo` is the end of its
 * first line.
 */
function appendLine(
  headers: HeaderList,
  text: ByteString,
  from: number,
  firstTo: number,
  to: number,
): boolean {
  const line = text.slice(from, to);
  const colon = line.indexOf(':');
  if (colon < 0 || from + colon >= firstTo) return false;
  let nameTo = colon;
  // RFC 3261 §25.1, HCOLON: white space may stand before the colon.
  while (nameTo > 0 && isSpace(line.charCodeAt(nameTo - 1))) nameTo -= 1;
  const name = line.slice(0, nameTo);
  const key = keyOfToken(name);
  if (key === undefined) return false;
  const rest = line.slice(colon + 1);
  const value = firstTo === to ? trimmed(rest) : unfolded(rest);
  if (value.includes('\r')) return false;
  headers.append(name, value, key);
  return true;
}

/** RFC 3261 §7.3.1: a line end with the white space around it counts as one SP. */
function unfolded(value: ByteString): ByteString {
  return value
    .split('\n')
    .map(piece => trimmed(piece.endsWith('\r') ? piece.slice(0, -1) : piece))
    .filter(piece => piece !== '')
    .join(' ');
}

/** RFC 3261 §25.1: control characters are legal only as quoted-pairs in a quoted string, and CR and LF not even there. */
function withoutStrayControls(headers: HeaderList): HeaderList {
  const clean = new HeaderList();
  headers.forEach((name, value) => {
    if (!CONTROL_IN_VALUE.test(value) || !CONTROL_IN_VALUE.test(withoutQuotedPairs(value)))
      clean.append(name, value);
  });
  return clean;
}

function withoutQuotedPairs(value: ByteString): ByteString {
  let rest = '';
  let at = 0;
  for (let open = value.indexOf('"'); open >= 0; open = value.indexOf('"', at)) {
    const after = afterQuoted(value, open);
    if (after < 0) break;
    rest += value.slice(at, open) + value.slice(open, after).replace(/\\[^\r\n]/g, '');
    at = after;
  }
  return rest + value.slice(at);
}
