import type { CallView } from '../b2bua/call-view.ts';
import type { Config } from '../config.ts';
import { formatSocketAddress } from '../engine/transport/address.ts';
import type { SocketAddress } from '../engine/transport/transport.ts';
import { BatonError } from '../errors.ts';

export interface CallQuestion {
  readonly connId: string;
  /** `http://host:port` of a running Baton; that of the configuration when absent. */
  readonly url?: string;
}

const answerTimeoutMs = 5_000;

/** Asks a running Baton for one of its live calls. */
export async function fetchCall(question: CallQuestion, http: Config['http']): Promise<CallView> {
  const { response, base } = await askBaton({ ...question, path: '/v1/calls' }, http);
  if (!response.ok) throw new BatonError('bad-request', `${base} answered ${response.status}`);
  const { calls } = (await response.json()) as { calls: CallView[] };
  const call = calls.find(each => each.connId === question.connId);
  if (call === undefined)
    throw new BatonError('call-unknown', `no live call has the ConnID ${question.connId}`);
  return call;
}

/** A request to a running Baton with the first token of the configuration; a body makes it a POST. */
export async function askBaton(
  question: { readonly path: string; readonly url?: string; readonly body?: unknown },
  http: Config['http'],
): Promise<{ readonly response: Response; readonly base: string }> {
  const base = question.url ?? urlOf(http.listen);
  const [first] = http.tokens;
  const token = typeof first === 'object' ? first.token : first;
  const response = await ask(`${base.replace(/\/$/, '')}${question.path}`, {
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(question.body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(question.body !== undefined && { method: 'POST', body: JSON.stringify(question.body) }),
  });
  return { response, base };
}

async function ask(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...request, signal: AbortSignal.timeout(answerTimeoutMs) });
  } catch (error) {
    throw new BatonError('not-ready', `nothing answers at ${url}`, { cause: error });
  }
}

/** A wildcard address is reached over loopback. */
function urlOf(listen: SocketAddress | 'off'): string {
  if (listen === 'off') throw new BatonError('not-supported', 'http.listen is off: nothing can be asked');
  const address = { '0.0.0.0': '127.0.0.1', '::': '::1' }[listen.address] ?? listen.address;
  return `http://${formatSocketAddress({ address, port: listen.port })}`;
}
