import { expect } from 'chai';
import { compileRouting, routeFor, type RoutingOptions } from '../../lib/routing/route.ts';
import { routingOfTenant } from '../../lib/routing/tenant.ts';
import { neighbourWithoutTrunk, type Standing } from '../../lib/routing/who-is.ts';

const acme = { ...neighbourWithoutTrunk('acme'), name: 'acme', sources: ['192.0.2.0/24'] };
const globex = { ...neighbourWithoutTrunk('globex'), name: 'globex', sources: ['192.0.2.128/25'] };
const routes = [
  { number: '^1', targets: ['sip:192.0.2.129'] },
  { number: '^1', targets: ['sip:192.0.2.1'] },
  { number: '^2', targets: ['sip:192.0.2.130', 'sip:192.0.2.2'] },
  { number: '^3', targets: ['sip:pbx.globex.example'], targetTrunk: 'globex' },
  { trunk: 'globex', number: '^4', targets: ['sip:agents.globex.example'] },
  { number: '^5', targets: ['sip:shared.example'] },
];

/** Where somebody with a token of acme gets to. */
function routed(requestUri: string, options: Partial<RoutingOptions> = {}, from?: Standing) {
  const all = compileRouting({
    trunks: [acme, globex],
    routes,
    trusted: [],
    anyTarget: 'loopback',
    tenant: 'default',
    ...options,
  });
  const standing: Standing = from ?? { kind: 'trusted', trunk: all.sources.stranger, loopback: false };
  const answer = routeFor(requestUri, standing, routingOfTenant('acme', all));
  if ('refusal' in answer) return `${String(answer.refusal.status)} ${answer.refusal.code}`;
  return answer.targets.map(({ requestUri: uri, trunk }) =>
    trunk.name === '' ? uri : `${uri} (${trunk.name})`,
  );
}

describe('the routing of one tenant', () => {
  const cases: [string, string, unknown][] = [
    ["passes over another tenant's route", 'tel:11', ['sip:11@192.0.2.1;user=phone (acme)']],
    ["leaves out another tenant's targets", 'tel:22', ['sip:22@192.0.2.2;user=phone (acme)']],
    ['has no route that leads to another tenant by name', 'tel:33', '404 no-route'],
    ['keeps what belongs to no trunk', 'tel:55', ['sip:55@shared.example;user=phone']],
    ['reaches its own trunk by address', 'sip:x@192.0.2.9', ['sip:x@192.0.2.9 (acme)']],
    ["does not reach another's trunk by address", 'sip:x@192.0.2.140', '403 relay-denied'],
    ["does not reach a host of another's trunk", 'sip:x@PBX.globex.example', '403 relay-denied'],
    ["does not reach a host of another's route", 'sip:x@agents.globex.example', '403 relay-denied'],
    ['reaches a host of a route of everybody', 'sip:x@shared.example', ['sip:x@shared.example']],
  ];
  for (const anyTarget of ['loopback', 'always'] as const) {
    for (const [what, uri, expected] of cases) {
      it(`${what}, with anyTarget ${anyTarget}`, () => {
        expect(routed(uri, { anyTarget })).to.deep.equal(expected);
      });
    }
  }

  it("has no target that is another tenant's", () => {
    expect(routed('tel:99', { target: 'sip:192.0.2.131' })).to.equal('404 no-route');
    expect(routed('tel:99', { target: 'sip:192.0.2.3' })).to.deep.equal([
      'sip:99@192.0.2.3;user=phone (acme)',
    ]);
  });

  it('keeps a host that a route of everybody names too', () => {
    const both = [...routes, { number: '^6', targets: ['sip:agents.globex.example'] }];
    expect(routed('sip:x@agents.globex.example', { routes: both })).to.deep.equal([
      'sip:x@agents.globex.example',
    ]);
  });
});
