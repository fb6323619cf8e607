import { expect } from 'chai';
import { compileRouting, redirectedTo, routeFor, type RoutingOptions } from '../../lib/routing/route.ts';
import { neighbourWithoutTrunk, whoIs } from '../../lib/routing/who-is.ts';

const sbc = { ...neighbourWithoutTrunk('acme'), name: 'sbc', sources: ['192.0.2.1/32'] };
const pbx = { ...neighbourWithoutTrunk('acme'), name: 'pbx', sources: ['192.0.2.64/26'] };

function routed(requestUri: string, from: string, options: Partial<RoutingOptions> = {}) {
  const routing = compileRouting({
    trunks: [sbc, pbx],
    routes: [],
    trusted: ['203.0.113.0/24'],
    anyTarget: 'loopback',
    tenant: 'acme',
    isOwnAddress: (host, port) => host === '192.0.2.200' && (port ?? 5060) === 5060,
    ...options,
  });
  const answer = routeFor(requestUri, whoIs(from, routing.sources), routing);
  if ('refusal' in answer) return `${String(answer.refusal.status)} ${answer.refusal.code}`;
  return answer.targets.map(({ requestUri: uri, trunk }) =>
    trunk.name === '' ? uri : `${uri} (${trunk.name})`,
  );
}

describe('routes', () => {
  const routes = [
    { number: '^5\\d+$', targets: ['sip:192.0.2.68'] },
    { trunk: 'sbc', number: '^\\+49', targets: ['sip:192.0.2.65', 'sip:192.0.2.66:5070'] },
    { number: '^9', targets: ['sip:gw.example'], targetTrunk: 'sbc' },
    { trunk: 'sbc', targets: ['sip:queue@192.0.2.67'] },
  ];
  const cases: [string, string, string, unknown][] = [
    [
      'by trunk and number',
      'sip:+4930@b',
      '192.0.2.1',
      ['sip:+4930@192.0.2.65 (pbx)', 'sip:+4930@192.0.2.66:5070 (pbx)'],
    ],
    [
      'by the decoded number',
      'sip:%2B4930@b',
      '192.0.2.1',
      ['sip:%2B4930@192.0.2.65 (pbx)', 'sip:%2B4930@192.0.2.66:5070 (pbx)'],
    ],
    [
      'by the number without its parameters',
      'sip:512;ext=1@b',
      '192.0.2.1',
      ['sip:512;ext=1@192.0.2.68 (pbx)'],
    ],
    ['by number from anywhere, to a named trunk', 'sip:911@b', '127.0.0.1', ['sip:911@gw.example (sbc)']],
    ['by trunk alone, to a target with a user', 'sip:7@b', '192.0.2.1', ['sip:queue@192.0.2.67 (pbx)']],
    ['not for another trunk', 'sip:+4930@198.51.100.1', '192.0.2.65', '403 relay-denied'],
  ];
  for (const [how, uri, from, expected] of cases) {
    it(`are found ${how}`, () => {
      expect(routed(uri, from, { routes })).to.deep.equal(expected);
    });
  }

  it('come before the general target, which comes before the Request-URI', () => {
    const target = 'sip:192.0.2.99';
    expect(routed('sip:911@b', '127.0.0.1', { routes, target })).to.deep.equal(['sip:911@gw.example (sbc)']);
    expect(routed('sip:811@b', '127.0.0.1', { routes, target })).to.deep.equal(['sip:811@192.0.2.99 (pbx)']);
  });
});

describe('the general target', () => {
  const cases: [string, string, string[]][] = [
    ['sip:192.0.2.99', 'sip:bob@b;user=phone;tgrp=1', ['sip:bob@192.0.2.99;user=phone;tgrp=1 (pbx)']],
    ['sip:h.example;transport=tcp', 'sip:bob@b;transport=udp;lr;x', ['sip:bob@h.example;x;transport=tcp']],
    ['sip:h.example;x=1', 'sip:bob@b;x=2', ['sip:bob@h.example;x=1']],
    ['sip:queue@h.example', 'sip:bob@b;x=2', ['sip:queue@h.example']],
    ['sip:h.example', 'tel:+4930', ['sip:+4930@h.example;user=phone']],
    ['sip:h.example', 'tel:*21#', ['sip:*21%23@h.example;user=phone']],
    ['sip:h.example', 'sip:b', ['sip:h.example']],
    ['sip:h.example', 'sip:bob:secret@b?Subject=x', ['sip:bob@h.example']],
    ['sip:[2001:db8::1]:5070', 'sip:Jürgen@b;lr', ['sip:Jürgen@[2001:db8::1]:5070']],
  ];
  for (const [target, uri, expected] of cases) {
    it(`${target} turns ${uri} into ${expected.join()}`, () => {
      expect(routed(uri, '127.0.0.1', { target })).to.deep.equal(expected);
    });
  }
});

describe('never an open relay', () => {
  const cases: [string, string, RoutingOptions['anyTarget'], unknown][] = [
    ['sip:x@198.51.100.9', '127.0.0.1', 'loopback', ['sip:x@198.51.100.9']],
    ['sip:x@198.51.100.9', '192.0.2.1', 'loopback', '403 relay-denied'],
    ['sip:x@198.51.100.9', '203.0.113.1', 'loopback', '403 relay-denied'],
    ['sip:x@198.51.100.9', '203.0.113.1', 'always', ['sip:x@198.51.100.9']],
    ['sip:x@198.51.100.9', '198.51.100.1', 'always', '403 relay-denied'],
    ['sip:x@198.51.100.9', '127.0.0.1', 'never', '403 relay-denied'],
    ['sip:x@192.0.2.70', '192.0.2.1', 'never', ['sip:x@192.0.2.70 (pbx)']],
    // Octal to a resolver: another host than 192.0.2.70.
    ['sip:x@0192.0.2.70', '192.0.2.1', 'never', '403 relay-denied'],
    ['sip:x:secret@192.0.2.70;a?b=c', '192.0.2.1', 'never', ['sip:x@192.0.2.70;a (pbx)']],
  ];
  for (const [uri, from, anyTarget, expected] of cases) {
    it(`${uri} from ${from} with anyTarget ${anyTarget}: ${JSON.stringify(expected)}`, () => {
      expect(routed(uri, from, { anyTarget })).to.deep.equal(expected);
    });
  }

  it('a host that a route names may be called', () => {
    const routes = [{ number: '^1', targets: ['sip:GW.example'] }];
    expect(routed('sip:2@gw.example:5070', '192.0.2.1', { routes })).to.deep.equal(['sip:2@gw.example:5070']);
  });
});

describe('what cannot be routed', () => {
  const cases: [string, Partial<RoutingOptions>, string][] = [
    ['sip:bob@192.0.2.200', {}, '482 no-route'],
    ['sip:bob@192.0.2.200:5060', {}, '482 no-route'],
    ['sip:bob@b', { target: 'sip:192.0.2.200' }, '482 no-route'],
    ['sips:bob@b', {}, '416 not-supported'],
    ['http://b', {}, '416 not-supported'],
    ['sip:bob@b:0', {}, '416 not-supported'],
    ['nonsense', {}, '416 not-supported'],
    ['tel:+4930', {}, '404 no-route'],
  ];
  for (const [uri, options, expected] of cases) {
    it(`${uri}: ${expected}`, () => {
      expect(routed(uri, '127.0.0.1', options)).to.equal(expected);
    });
  }

  it('a target that is ourselves is left out of several', () => {
    const routes = [{ targets: ['sip:192.0.2.200', 'sip:192.0.2.65'] }];
    expect(routed('sip:bob@b', '127.0.0.1', { routes })).to.deep.equal(['sip:bob@192.0.2.65 (pbx)']);
  });
});

describe('a call that is redirected', () => {
  for (const [what, target, source, expected] of [
    ['to a trunk', 'sip:7@192.0.2.65:5070', '192.0.2.1', 'sip:7@192.0.2.65:5070 (pbx)'],
    ['to the host of a route', 'sip:7@gw.example', '192.0.2.1', 'sip:7@gw.example'],
    [
      'with the called user where the target names none',
      'sip:192.0.2.65',
      '192.0.2.1',
      'sip:5@192.0.2.65 (pbx)',
    ],
    [
      'to anywhere, where the caller may call anybody',
      'sip:7@198.51.100.9',
      '127.0.0.1',
      'sip:7@198.51.100.9',
    ],
    ['to a stranger', 'sip:7@198.51.100.9', '192.0.2.1', '403 relay-denied'],
    ['to ourselves', 'sip:7@192.0.2.200', '127.0.0.1', '482 no-route'],
    ['to what is no SIP URI', 'mailto:7@192.0.2.65', '192.0.2.1', '416 not-supported'],
    ['over TLS', 'sips:7@192.0.2.65', '192.0.2.1', '416 not-supported'],
    ['to port 0', 'sip:7@192.0.2.65:0', '192.0.2.1', '416 not-supported'],
  ] as const) {
    it(`${what}: ${expected}`, () => {
      const routing = compileRouting({
        trunks: [sbc, pbx],
        routes: [{ number: '^9', targets: ['sip:gw.example'] }],
        trusted: [],
        anyTarget: 'loopback',
        tenant: 'acme',
        isOwnAddress: host => host === '192.0.2.200',
      });
      const call = { requestUri: 'sip:5@192.0.2.200', standing: whoIs(source, routing.sources) };
      const answer = redirectedTo(target, call, routing);
      const words =
        'refusal' in answer
          ? [`${answer.refusal.status} ${answer.refusal.code}`]
          : answer.targets.map(({ requestUri, trunk }) => `${requestUri} (${trunk.name})`.replace(' ()', ''));
      expect(words).to.deep.equal([expected]);
    });
  }
});
