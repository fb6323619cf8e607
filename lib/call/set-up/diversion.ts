import { parseUri, serializeUri } from '../../engine/message/uri.ts';
import { cutList } from '../../engine/message/name-addr.ts';
import type { Target } from '../../routing/route.ts';
import { isNamed as isParam, parseParams } from '../../engine/message/params.ts';
import { isNamed } from '../header-lines.ts';
import type { HeaderLine } from '../signal.ts';

/** A call that goes on to somebody else than it was for. */
export interface Diverted {
  /** Who is called by the INVITE as it came. */
  readonly requestUri: string;
  /** Where it would have gone. */
  readonly from: Target;
  /** Where it goes instead. */
  readonly to: Target;
}

/** The lines of an INVITE that say, besides what it brought, that it has been forwarded. */
export function withDiversion(headers: readonly HeaderLine[], diverted: Diverted): readonly HeaderLine[] {
  // RFC 5806 §5: the latest stands first.
  const diversion = { name: 'Diversion', value: `<${whoDiverts(diverted)}>;reason=unconditional;counter=1` };
  return [diversion, ...headers, ...historyOf(headers, diverted)];
}

/** Of a DN that has registered, its number at our place, not where its phone is. */
function whoDiverts({ requestUri, from }: Diverted): string {
  const called = parseUri(requestUri);
  if (from.dn === undefined || called === undefined || called.scheme === 'tel') return from.requestUri;
  const { host, port } = called;
  const user = encodeURIComponent(from.dn).replaceAll('%2B', '+');
  return serializeUri({ scheme: 'sip', user, host, ...(port !== undefined && { port }), params: [] });
}

/**
 * RFC 7044 §9.1, §10.3: who is called first stands there with index 1; whoever is called instead is one level deeper, and names by `mp` whose place
 * it takes.
 */
function historyOf(headers: readonly HeaderLine[], { requestUri, to }: Diverted): readonly HeaderLine[] {
  const before = lastIndex(headers);
  const first = before === undefined ? [entry(`<${requestUri}>;index=1`)] : [];
  const index = before ?? '1';
  return [...first, entry(`<${to.requestUri}>;index=${index}.1;mp=${index}`)];
}

const entry = (value: string): HeaderLine => ({ name: 'History-Info', value });

function lastIndex(headers: readonly HeaderLine[]): string | undefined {
  const last = headers
    .filter(line => isNamed(line, 'history-info'))
    .flatMap(({ value }) => cutList(value))
    .at(-1);
  if (last === undefined) return undefined;
  const index = parseParams(last.slice(last.lastIndexOf('>') + 1)).find(param =>
    isParam(param, 'index'),
  )?.value;
  return index !== undefined && /^\d+(?:\.\d+)*$/.test(index) ? index : undefined;
}
