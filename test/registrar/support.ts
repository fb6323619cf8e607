import { createHash, createHmac } from 'node:crypto';
import type { HeaderLine, NewRequest } from '../../lib/call/signal.ts';
import type { DigestAlgorithm, Hash } from '../../lib/registrar/digest-credentials.ts';
import { Registrar, type RegistrarOptions, type RegistrarParts } from '../../lib/registrar/registrar.ts';
import { Registrations, type ServiceChange } from '../../lib/registrar/registrations.ts';
import { compileSources, whoIs } from '../../lib/routing/who-is.ts';
import { lines, trunk } from '../call/support/story.ts';
import { FakeClock } from '../support/fake-clock.ts';

const nodeNames: Readonly<Record<DigestAlgorithm, string>> = { 'SHA-256': 'sha256', MD5: 'md5' };
export const hash: Hash = (algorithm, text) => createHash(nodeNames[algorithm]).update(text).digest('hex');
export const sign = (text: string): string => createHmac('sha256', 'key').update(text).digest('hex');

export const limits = { minExpiresS: 60, maxExpiresS: 7200, defaultExpiresS: 3600, maxContacts: 3 };

/** Bob's phone at 192.0.2.7 asks the registrar of example.com. Headers as `Name: value`; CSeq, From and To are there unless given. */
export function register(headers: readonly string[] = [], parts: Partial<NewRequest> = {}): NewRequest {
  const given = lines(headers);
  const valueOf = (name: string) => given.find(line => line.name === name)?.value;
  const callId = valueOf('Call-ID') ?? 'c1';
  const usual = { from: '<sip:bob@example.com>;tag=f', to: '<sip:bob@example.com>' };
  const cseq: HeaderLine[] = valueOf('CSeq') === undefined ? [{ name: 'CSeq', value: '1 REGISTER' }] : [];
  return {
    method: 'REGISTER',
    requestUri: 'sip:example.com',
    from: valueOf('From') ?? usual.from,
    to: valueOf('To') ?? usual.to,
    callId,
    source: { protocol: 'udp', address: '192.0.2.7', port: 5060 },
    receivedOn: '192.0.2.200:5060',
    headers: [...cseq, ...given],
    ...parts,
  };
}

export const phone = '<sip:bob@192.0.2.7>';

interface OfficeOptions {
  readonly options?: Partial<RegistrarOptions>;
  readonly parts?: Partial<RegistrarParts>;
}

/** A registrar with its table, and all that it tells. */
export function office({ options = {}, parts = {} }: OfficeOptions = {}) {
  const clock = new FakeClock();
  const changes: ServiceChange[] = [];
  const outcomes: string[] = [];
  const registrations = new Registrations({
    clock,
    onService: change => changes.push(change),
    onChanged: () => undefined,
  });
  const sources = compileSources({
    trunks: [
      trunk({ name: 'agents', sources: ['192.0.2.0/24'], tenant: 'acme' }),
      trunk({ name: 'carrier', sources: ['198.51.100.0/24'], tenant: 'acme', network: true }),
      trunk({ name: 'other', sources: ['203.0.113.0/24'], tenant: 'other' }),
    ],
    trusted: [],
    tenant: 'acme',
  });
  const registrar = new Registrar({
    options: { ...limits, maxBindings: 100, perSecond: 1000, ...options },
    registrations,
    isOwnHost: host => ['example.com', '192.0.2.200'].includes(host.toLowerCase()),
    clock,
    counted: outcome => outcomes.push(outcome),
    log: { info: () => undefined },
    ...parts,
  });
  const ask = (headers: readonly string[] = [], request: Partial<NewRequest> = {}) => {
    const made = register(headers, request);
    const answer = registrar.receive(made, whoIs(made.source.address, sources));
    if (answer === 'ignore') throw new Error('every REGISTER is answered');
    return {
      status: answer.status,
      /** Values of the lines of that name. */
      all: (name: string) => answer.headers.filter(line => line.name === name).map(({ value }) => value),
    };
  };
  /** What is told of services since it was last asked for: `bob in: registered`. */
  const told = () =>
    changes.splice(0).map(({ dn, inService, reason }) => `${dn} ${inService ? 'in' : 'out'}: ${reason}`);
  return { clock, registrations, outcomes, ask, told };
}
