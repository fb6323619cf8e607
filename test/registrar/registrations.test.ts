import { expect } from 'chai';
import type { Dn } from '../../lib/call/ids.ts';
import type { Binding } from '../../lib/registrar/binding.ts';
import { type Registration, Registrations } from '../../lib/registrar/registrations.ts';
import { FakeClock } from '../support/fake-clock.ts';

const bob = { tenant: 'acme', dn: 'bob' as Dn };
const a = 'sip:a@192.0.2.7';
const b = 'sip:b@192.0.2.7';

function table() {
  const clock = new FakeClock();
  const told: string[] = [];
  const kept = new Map<string, number>();
  const registrations = new Registrations({
    clock,
    onService: ({ tenant, dn, inService, reason }) =>
      told.push(`${tenant}/${dn} ${inService ? 'in' : 'out'}: ${reason}`),
    onChanged: ({ tenant, dn }, registration) =>
      registration === undefined
        ? kept.delete(`${tenant}/${dn}`)
        : kept.set(`${tenant}/${dn}`, registration.bindings.length),
  });
  const binding = (uri: string, forS: number, parts: Partial<Binding> = {}): Binding => ({
    uri,
    q: 1,
    callId: 'c1',
    cseq: 1,
    refreshedAtMs: clock.nowMs(),
    expiresAtMs: clock.nowMs() + forS * 1000,
    source: 'udp:192.0.2.7:5060',
    trunk: 'agents',
    ...parts,
  });
  const contacts = () => registrations.contactsOf('acme', 'bob').map(({ requestUri }) => requestUri);
  return { clock, told, kept, registrations, binding, contacts };
}

describe('the registered DNs', () => {
  it('are in service from their first contact to the end of the last', () => {
    const { clock, told, registrations, binding, contacts } = table();
    registrations.register(bob, [binding(a, 60)]);
    registrations.register(bob, [binding(a, 60), binding(b, 90)]);
    expect(registrations.isInService(bob)).to.equal(true);
    clock.pass(60_000);
    expect(contacts()).to.deep.equal([b]);
    expect(told).to.deep.equal(['acme/bob in: registered']);
    clock.pass(30_000);
    expect(told).to.deep.equal(['acme/bob in: registered', 'acme/bob out: expired']);
    expect(registrations.isRegistered(bob)).to.equal(false);
    expect([registrations.dnCount, registrations.bindingCount, clock.running]).to.deep.equal([0, 0, 0]);
  });

  it('stay as long as they register anew', () => {
    const { clock, told, registrations, binding } = table();
    for (let times = 0; times < 5; times += 1) {
      registrations.register(bob, [binding(a, 60)]);
      clock.pass(59_000);
    }
    expect(told).to.deep.equal(['acme/bob in: registered']);
    expect(clock.running).to.equal(1);
  });

  it('are gone when they take their contacts away', () => {
    const { told, registrations, binding, contacts } = table();
    registrations.register(bob, [binding(a, 60)]);
    registrations.register(bob, []);
    registrations.register(bob, []);
    expect(told).to.deep.equal(['acme/bob in: registered', 'acme/bob out: unregistered']);
    expect(contacts()).to.deep.equal([]);
  });

  it('are those of their tenant', () => {
    const { registrations, binding } = table();
    registrations.register(bob, [binding(a, 60)]);
    expect(registrations.contactsOf('other', 'bob')).to.deep.equal([]);
    expect(registrations.isRegistered({ ...bob, tenant: 'other' })).to.equal(false);
  });

  it('are called at their contacts, the best first, each with the way to it', () => {
    const { registrations, binding } = table();
    registrations.register(bob, [binding(a, 60, { q: 0.1 }), binding(b, 60, { via: 'sip:192.0.2.7:5060' })]);
    expect(registrations.contactsOf('acme', 'bob')).to.deep.equal([
      { requestUri: b, via: 'sip:192.0.2.7:5060', trunk: 'agents' },
      { requestUri: a, trunk: 'agents' },
    ]);
  });

  it('are not called at a contact that does not answer', () => {
    const { told, registrations, binding, contacts } = table();
    registrations.register(bob, [binding(a, 60), binding(b, 60)]);
    registrations.heard(bob, a, 'silent');
    expect(contacts()).to.deep.equal([b]);
    expect(told).to.deep.equal(['acme/bob in: registered']);
  });

  it('are out of service when none answers, and back when one does', () => {
    const { told, registrations, binding, contacts } = table();
    registrations.register(bob, [binding(a, 60), binding(b, 60)]);
    for (const uri of [a, b, b]) registrations.heard(bob, uri, 'silent');
    expect(contacts()).to.deep.equal([]);
    expect([registrations.isInService(bob), registrations.isRegistered(bob)]).to.deep.equal([false, true]);
    registrations.heard(bob, b, 'answering');
    expect(told).to.deep.equal([
      'acme/bob in: registered',
      'acme/bob out: no-answer',
      'acme/bob in: answers',
    ]);
    expect(contacts()).to.deep.equal([b]);
  });

  it('are back in service when a contact that did not answer registers anew', () => {
    const { clock, told, registrations, binding, contacts } = table();
    registrations.register(bob, [binding(a, 60)]);
    registrations.heard(bob, a, 'silent');
    clock.pass(1);
    registrations.register(bob, [binding(a, 60)]);
    expect(told.at(-1)).to.equal('acme/bob in: registered');
    expect(contacts()).to.deep.equal([a]);
  });

  it('keep what is known of a contact when another registers', () => {
    const { clock, registrations, binding, contacts } = table();
    const first = binding(a, 60);
    registrations.register(bob, [first]);
    registrations.heard(bob, a, 'silent');
    clock.pass(1);
    registrations.register(bob, [first, binding(b, 60)]);
    expect(contacts()).to.deep.equal([b]);
  });

  it('are not told gone twice: out of service before, and then expired', () => {
    const { clock, told, registrations, binding } = table();
    registrations.register(bob, [binding(a, 60)]);
    registrations.heard(bob, a, 'silent');
    clock.pass(60_000);
    expect(told).to.deep.equal(['acme/bob in: registered', 'acme/bob out: no-answer']);
    registrations.heard(bob, a, 'answering');
    expect(registrations.isRegistered(bob)).to.equal(false);
  });

  it('are kept with each change, before anybody is told', () => {
    const { told, kept, registrations, binding } = table();
    registrations.register(bob, [binding(a, 60), binding(b, 60)]);
    expect([...kept]).to.deep.equal([['acme/bob', 2]]);
    registrations.register(bob, []);
    expect([...kept]).to.deep.equal([]);
    expect(told).to.have.length(2);
  });

  it('are there again after a restart, but those that have expired, which are told gone', () => {
    const { clock, told, registrations, binding, contacts } = table();
    const stored = (dn: string, forS: number, inService = true): Registration => ({
      tenant: 'acme',
      dn: dn as Dn,
      inService,
      bindings: [{ ...binding(a, forS), health: inService ? 'unknown' : 'silent' }],
    });
    for (const each of [stored('bob', 60), stored('carol', -1), stored('dave', -1, false)]) {
      registrations.restore(each);
    }
    expect(told).to.deep.equal(['acme/carol out: expired']);
    expect(contacts()).to.deep.equal([a]);
    expect([registrations.dnCount, registrations.bindingCount]).to.deep.equal([1, 1]);
    clock.pass(60_000);
    expect(told.at(-1)).to.equal('acme/bob out: expired');
  });

  it('can be listed, and expire no more once stopped', () => {
    const { clock, registrations, binding } = table();
    registrations.register(bob, [binding(a, 60)]);
    expect([...registrations.all()].map(({ dn, inService }) => `${dn} ${inService}`)).to.deep.equal([
      'bob true',
    ]);
    registrations.stop();
    expect(clock.running).to.equal(0);
  });
});
