import { expect } from 'chai';
import type { RegisteredContact } from '../../lib/routing/registered.ts';
import {
  compileRouting,
  redirectedTo,
  type RouteAnswer,
  routeFor,
  type RoutingOptions,
  transferTargets,
} from '../../lib/routing/route.ts';
import { routingOfTenant } from '../../lib/routing/tenant.ts';
import { neighbourWithoutTrunk, whoIs } from '../../lib/routing/who-is.ts';

const sbc = { ...neighbourWithoutTrunk('acme'), name: 'sbc', sources: ['192.0.2.1/32'] };
const phones = { ...neighbourWithoutTrunk('acme'), name: 'phones', sources: ['192.0.2.64/26'] };
const globex = { ...neighbourWithoutTrunk('globex'), name: 'globex', sources: ['203.0.113.0/24'] };

/** By tenant and DN. */
const contacts: Readonly<Record<string, RegisteredContact[]>> = {
  'acme/1001': [
    { requestUri: 'sip:x7@192.0.2.65', trunk: 'phones' },
    { requestUri: 'sip:y8@10.0.0.5', via: 'sip:192.0.2.66:5066', trunk: 'phones' },
  ],
  'acme/+4930': [{ requestUri: 'sip:z@192.0.2.67', trunk: 'phones' }],
  'acme/loop': [{ requestUri: 'sip:z@192.0.2.200', trunk: 'phones' }],
  'globex/1001': [{ requestUri: 'sip:g@203.0.113.5', trunk: 'globex' }],
  'globex/2001': [{ requestUri: 'sip:g@203.0.113.6', trunk: 'globex' }],
};

function routing(options: Partial<RoutingOptions> = {}) {
  return compileRouting({
    trunks: [sbc, phones, globex],
    routes: [],
    trusted: [],
    anyTarget: 'loopback',
    tenant: 'acme',
    isOwnAddress: (host, port) => host === '192.0.2.200' && (port ?? 5060) === 5060,
    registered: {
      contactsOf: (tenant, dn) => contacts[`${tenant}/${dn}`] ?? [],
      isRegistered: ({ tenant, dn }) => contacts[`${tenant}/${dn}`] !== undefined,
    },
    ...options,
  });
}

function shown(answer: RouteAnswer): string | string[] {
  if ('refusal' in answer) return `${answer.refusal.status} ${answer.refusal.code}`;
  return answer.targets.map(({ requestUri, via, trunk, dn }) =>
    [
      requestUri,
      ...(via === undefined ? [] : [`via ${via}`]),
      trunk.name,
      ...(dn === undefined ? [] : [dn]),
    ].join(' '),
  );
}

function routed(uri: string, options: Partial<RoutingOptions> = {}, from = '192.0.2.1') {
  const compiled = routing(options);
  return shown(routeFor(uri, whoIs(from, compiled.sources), compiled));
}

const both = ['sip:x7@192.0.2.65 phones 1001', 'sip:y8@10.0.0.5 via sip:192.0.2.66:5066 phones 1001'];

describe('a registered DN', () => {
  it('is called at its contacts, in their order, under its own name', () => {
    expect(routed('sip:1001@192.0.2.200')).to.deep.equal(both);
    expect(routed('sip:%2B4930;ext=1@192.0.2.200;user=phone')).to.deep.equal([
      'sip:z@192.0.2.67 phones +4930',
    ]);
  });

  it('is called there before the general target, when it is called here or by number', () => {
    const target = 'sip:192.0.2.99';
    expect(routed('sip:1001@192.0.2.200', { target })).to.deep.equal(both);
    expect(routed('tel:1001', { target })).to.deep.equal(both);
    expect(routed('sip:1001@elsewhere.example', { target })).to.deep.equal(['sip:1001@192.0.2.99 phones']);
  });

  it('is called there after the routes', () => {
    const routes = [{ number: '^1', targets: ['sip:192.0.2.70'] }];
    expect(routed('sip:1001@192.0.2.200', { routes })).to.deep.equal(['sip:1001@192.0.2.70 phones']);
  });

  it('is called there when there is no other way', () => {
    expect(routed('sip:1001@elsewhere.example')).to.deep.equal(both);
    expect(routed('sip:1002@elsewhere.example')).to.equal('403 relay-denied');
    expect(routed('sip:1001@elsewhere.example', {}, '127.0.0.1')).to.deep.equal([
      'sip:1001@elsewhere.example ',
    ]);
  });

  it('is that of the tenant of who calls', () => {
    expect(routed('sip:1001@192.0.2.200', {}, '203.0.113.9')).to.deep.equal([
      'sip:g@203.0.113.5 globex 1001',
    ]);
    expect(routed('sip:2001@192.0.2.200')).to.equal('480 not-registered');
  });

  it('is that of the tenant of the token', () => {
    const ofGlobex = routingOfTenant('globex', routing());
    const standing = { kind: 'trusted', trunk: ofGlobex.sources.stranger, loopback: false } as const;
    expect(shown(routeFor('tel:2001', standing, ofGlobex))).to.deep.equal(['sip:g@203.0.113.6 globex 2001']);
    expect(shown(routeFor('tel:%2B4930', standing, ofGlobex))).to.equal('416 not-supported');
    const ofAcme = routingOfTenant('acme', routing());
    expect(shown(routeFor('tel:2001', standing, ofAcme))).to.equal('404 no-route');
  });

  it('is never called at ourselves', () => {
    expect(routed('sip:loop@192.0.2.200')).to.equal('480 not-registered');
  });

  it('is reached by transfers and redirections too', () => {
    const compiled = routing();
    const standing = whoIs('192.0.2.1', compiled.sources);
    expect(shown(transferTargets('sip:1001@192.0.2.200', standing, compiled))).to.deep.equal(both);
    expect(shown(transferTargets('tel:1001', standing, compiled))).to.deep.equal(both);
    const call = { requestUri: 'sip:5@b', standing };
    expect(shown(redirectedTo('sip:1001@192.0.2.200', call, compiled))).to.deep.equal(both);
    expect(shown(redirectedTo('sip:1002@192.0.2.200', call, compiled))).to.equal('480 not-registered');
    // Another host's 1001 is another.
    expect(shown(redirectedTo('sip:1001@elsewhere.example', call, compiled))).to.equal('403 relay-denied');
  });
});

describe('a DN that is not registered', () => {
  const cases: [string, Partial<RoutingOptions>, unknown][] = [
    ['sip:1002@192.0.2.200', {}, '480 not-registered'],
    ['sip:1002@192.0.2.200', { target: 'sip:192.0.2.99' }, ['sip:1002@192.0.2.99 phones']],
    ['sip:192.0.2.200', {}, '482 no-route'],
    ['tel:1002', {}, '404 no-route'],
  ];
  for (const [uri, options, expected] of cases) {
    it(`${uri}${options.target === undefined ? '' : ' with a general target'}: ${JSON.stringify(expected)}`, () => {
      expect(routed(uri, options)).to.deep.equal(expected);
    });
  }
});

describe('the target `registered` of a route', () => {
  const routes = [
    { number: '^1', targets: ['registered', 'sip:voicemail@192.0.2.99'], consult: 'inherited' as const },
    { number: '^2', targets: ['registered'] },
    { number: '^3', targets: ['sip:192.0.2.200', 'registered'] },
  ];

  it('is the contacts of the called DN, among the others in its place', () => {
    expect(routed('sip:1001@b', { routes })).to.deep.equal([...both, 'sip:voicemail@192.0.2.99 phones']);
  });

  it('is passed over when there are none', () => {
    expect(routed('sip:1002@b', { routes })).to.deep.equal(['sip:voicemail@192.0.2.99 phones']);
  });

  it('says so when there is nothing else', () => {
    expect(routed('sip:2002@b', { routes })).to.equal('480 not-registered');
    expect(routed('sip:3002@b', { routes })).to.equal('482 no-route');
  });

  it('leaves what else the route says as it is', () => {
    const compiled = routing({ routes });
    const answer = routeFor('sip:1001@b', whoIs('192.0.2.1', compiled.sources), compiled);
    expect(answer).to.include({ consult: 'inherited', merged: 'main-only' });
  });

  it('stays in the routes of one tenant', () => {
    const ofGlobex = routingOfTenant('globex', routing({ routes }));
    const standing = { kind: 'trusted', trunk: ofGlobex.sources.stranger, loopback: false } as const;
    expect(shown(routeFor('tel:2001', standing, ofGlobex))).to.deep.equal(['sip:g@203.0.113.6 globex 2001']);
  });
});
