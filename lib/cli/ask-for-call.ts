import type { CallDetail } from '../b2bua/call-view.ts';
import type { Config } from '../config.ts';
import { formatSocketAddress } from '../engine/transport/address.ts';
import type { SocketAddress } from '../engine/transport/transport.ts';
import { BatonError, errorCodes } from '../errors.ts';

export interface CallQuestion {
  readonly connId: string;
  /** What is asked of the call, `/user-data` say; the call itself when absent. */
  readonly subpath?: string;
  /** JSON; it makes the question a POST. */
  readonly body?: unknown;
  /** `http://host:port` of a running Baton; that of the configuration when absent. */
  readonly url?: string | undefined;
}

const answerTimeoutMs = 5_000;

/** Asks a running Baton, with the first token of the configuration, about one of its live calls. Throws what it refuses with. */
export async function askForCall(question: CallQuestion, http: Config['http']): Promise<CallDetail> {
  const { connId, subpath = '', body, url = urlOf(http.listen) } = question;
  const [first] = http.tokens;
  const token = typeof first === 'object' ? first.token : first;
  const path = `/v1/calls/${encodeURIComponent(connId)}${subpath}`;
  const { ok, answer } = await ask(url.replace(/\/$/, '') + path, {
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!ok) throw refusalOf(answer, connId);
  return answer as unknown as CallDetail;
}

async function ask(url: string, request: RequestInit) {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { ...request, signal: AbortSignal.timeout(answerTimeoutMs) });
    text = await response.text();
  } catch (error) {
    throw new BatonError('not-ready', `nothing answers at ${url}`, { cause: error });
  }
  try {
    return { ok: response.ok, answer: JSON.parse(text) as Record<string, unknown> };
  } catch (error) {
    throw new BatonError('bad-request', `${url} answered ${response.status}, and no JSON: no Baton?`, {
      cause: error,
    });
  }
}

/** The problem that Baton answered with. */
function refusalOf({ code, title, detail }: Record<string, unknown>, connId: string): BatonError {
  const known = errorCodes.find(each => each === code) ?? 'bad-request';
  if (known === 'call-unknown') return new BatonError(known, `no live call has the ConnID ${connId}`);
  return new BatonError(known, [title, detail].filter(text => typeof text === 'string').join(' '));
}

/** A wildcard address is reached over loopback. */
function urlOf(listen: SocketAddress | 'off'): string {
  if (listen === 'off') throw new BatonError('not-supported', 'http.listen is off: nothing can be asked');
  const address = { '0.0.0.0': '127.0.0.1', '::': '::1' }[listen.address] ?? listen.address;
  return `http://${formatSocketAddress({ address, port: listen.port })}`;
}
