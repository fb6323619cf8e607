export const redacted = '[redacted]';

/** User-to-User, and every X- header: which of them are data is for each trunk to say. */
export function isDataHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return lower.startsWith('x-') || lower === 'user-to-user';
}

/** Nearly all text leaves here. An escape may hide a name. */
const mayCarryData = /user-to-user|x-|%/i;

/** What parts a URI or a header value, as it is or escaped: `;` is `%3B`, and `%253B` where it was escaped twice. */
const markPattern = /%((?:25)*)(3b|3f|26|3d|3e|22)|[;?&=>"]/gi;

/** One of `;` `?` `&` `=` `>` `"`. */
interface Mark {
  readonly sign: string;
  readonly start: number;
  readonly end: number;
  /** How often it is escaped. */
  readonly depth: number;
}

/**
 * Text in which the values of URI parameters, URI headers (RFC 3261 §19.1.1) and header parameters that are named like data
 * headers are hidden. Read in one pass, whatever it is: text that is no URI is left alone, and in doubt more is hidden.
 *
 *     <sip:bob@example.com?X-MS-Custom-Case=4711&Subject=hi>  →  <sip:bob@example.com?X-MS-Custom-Case=[redacted]&Subject=hi>
 */
export function withoutUriData(text: string): string {
  if (!mayCarryData.test(text)) return text;
  let out = '';
  let copied = 0;
  let before: Mark | undefined;
  const marks = marksOf(text);
  for (let at = 0; at < marks.length; at += 1) {
    const mark = marks[at];
    if (mark === undefined) break;
    if (mark.sign === '=' && before !== undefined && isDataName(text.slice(before.end, mark.start), before)) {
      at = endOfValue(text, marks, at, before);
      out += text.slice(copied, mark.end) + redacted;
      copied = marks[at]?.start ?? text.length;
    }
    before = marks[at];
  }
  return copied === 0 ? text : out + text.slice(copied);
}

function marksOf(text: string): Mark[] {
  return [...text.matchAll(markPattern)].map(({ 0: all, 1: again, 2: hex, index }) => ({
    sign: hex === undefined ? all : String.fromCharCode(Number.parseInt(hex, 16)),
    start: index,
    end: index + all.length,
    depth: again === undefined ? 0 : 1 + again.length / 2,
  }));
}

function isDataName(text: string, { sign }: Mark): boolean {
  if (sign !== ';' && sign !== '?' && sign !== '&') return false;
  const name = text.replace(/%(?:25)*([0-9a-f]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return isDataHeader(name.trim());
}

/**
 * The mark at which the value after `equals` ends. The value of a parameter ends at `;` or `?`, that of a URI header at `&`
 * (a `;` in one should be escaped, and is not always), both at `>`; marks that are escaped once more belong to the value, and
 * so does all that is quoted.
 */
function endOfValue(text: string, marks: readonly Mark[], equals: number, opening: Mark): number {
  const ends = opening.sign === ';' ? ';?>' : '&>';
  let quoted = false;
  for (let at = equals + 1; at < marks.length; at += 1) {
    const mark = marks[at];
    if (mark === undefined || mark.depth > opening.depth) continue;
    if (mark.sign === '"') quoted = quoted ? isEscapedQuote(text, mark) : true;
    else if (!quoted && ends.includes(mark.sign)) return at;
  }
  return marks.length;
}

/** RFC 3261 §25.1: within quotes a backslash makes the next character part of the text. */
function isEscapedQuote(text: string, { start }: Mark): boolean {
  let backslashes = 0;
  while (text[start - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}
