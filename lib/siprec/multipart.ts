import type { Body } from '../call/signal.ts';

/** One part of a multipart body (RFC 2046 §5.1); `disposition`: its Content-Disposition, '' for none. */
export interface Part {
  readonly contentType: string;
  readonly disposition: string;
  readonly content: string;
}

/** Several parts as one body. */
export function multipartFromParts(parts: readonly Part[]): Body {
  const boundary = boundaryFor(parts);
  const written = parts.map(
    ({ contentType, disposition, content }) =>
      `--${boundary}\r\nContent-Type: ${contentType}\r\n${dispositionLine(disposition)}\r\n${content}\r\n`,
  );
  return {
    contentType: `multipart/mixed;boundary=${boundary}`,
    content: `${written.join('')}--${boundary}--\r\n`,
  };
}

/** A body that is no multipart is its own only part. Parts of parts are not looked for. */
export function partsOfBody(body: Body | undefined): readonly Part[] {
  if (body === undefined) return [];
  const boundary = boundaryOf(body.contentType);
  if (boundary !== undefined) return partsBetween(body.content, `--${boundary}`);
  const disposition =
    body.more?.find(({ name }) => name.toLowerCase() === 'content-disposition')?.value ?? '';
  return [{ contentType: body.contentType, disposition, content: body.content }];
}

/** The first part of a content type, which is in lower case; its parameters do not count. */
export function partOfType(parts: readonly Part[], contentType: string): Part | undefined {
  return parts.find(part => (part.contentType.split(';')[0] ?? '').trim().toLowerCase() === contentType);
}

const dispositionLine = (disposition: string): string =>
  disposition === '' ? '' : `Content-Disposition: ${disposition}\r\n`;

/** RFC 2046 §5.1.1: a boundary occurs in none of the parts. */
function boundaryFor(parts: readonly Part[]): string {
  for (let count = 1; ; count += 1) {
    const boundary = `baton-${String(count)}`;
    if (!parts.some(({ content }) => content.includes(`--${boundary}`))) return boundary;
  }
}

/** Undefined when the type is not multipart, or has no boundary. */
function boundaryOf(contentType: string): string | undefined {
  if (!/^\s*multipart\//i.test(contentType)) return undefined;
  const [, quoted, plain] = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType) ?? [];
  return quoted ?? plain;
}

/** RFC 2046 §5.1.1: a delimiter stands at the start of a line, and the line break before it belongs to it. */
function partsBetween(content: string, delimiter: string): readonly Part[] {
  const parts: Part[] = [];
  let lines: string[] | undefined;
  for (const line of content.split(/\r\n|\n/)) {
    const rest = line.startsWith(delimiter) ? line.slice(delimiter.length).trimEnd() : undefined;
    if (rest !== '' && rest !== '--') {
      lines?.push(line);
      continue;
    }
    if (lines !== undefined) parts.push(partOf(lines));
    if (rest === '--') return parts;
    lines = [];
  }
  // RFC 2046 §5.1.1 wants the last delimiter. Without it the last part may be cut off.
  return parts;
}

function partOf(lines: readonly string[]): Part {
  const blank = lines.indexOf('');
  const head = blank < 0 ? lines : lines.slice(0, blank);
  const valueOf = (name: string): string | undefined => {
    const line = head.find(one => one.toLowerCase().startsWith(`${name}:`));
    return line?.slice(name.length + 1).trim();
  };
  return {
    // RFC 2046 §5.1: without a type it is text.
    contentType: valueOf('content-type') ?? 'text/plain',
    disposition: valueOf('content-disposition') ?? '',
    content: blank < 0 ? '' : lines.slice(blank + 1).join('\r\n'),
  };
}
