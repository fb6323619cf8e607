import { expect } from 'chai';
import type { Dn } from '../../lib/call/ids.ts';
import type { ProbeTarget } from '../../lib/ports.ts';
import { Prober } from '../../lib/registrar/prober.ts';
import type { RegisteredBinding } from '../../lib/registrar/registrations.ts';
import { FakeClock } from '../support/fake-clock.ts';

const bob = { tenant: 'acme', dn: 'bob' as Dn };
const a = 'sip:a@192.0.2.7';
const b = 'sip:b@192.0.2.7';

/** Questions wait in `asked` until a test answers them. */
function prober(random = 0.5) {
  const clock = new FakeClock();
  const asked: { readonly target: ProbeTarget; readonly answer: (status: number | undefined) => void }[] = [];
  const heard: string[] = [];
  const outcomes: string[] = [];
  const made = new Prober({
    intervalMs: 1000,
    failures: 2,
    clock,
    random: () => random,
    ask: (target, answer) => asked.push({ target, answer }),
    heard: ({ dn }, uri, health) => heard.push(`${dn} ${uri} ${health}`),
    counted: outcome => outcomes.push(outcome),
  });
  const watch = (...bindings: RegisteredBinding[]) => made.watch(bob, { bindings });
  /** Answers the oldest question. */
  const answer = (status: number | undefined) => asked.shift()?.answer(status);
  return { prober: made, clock, asked, heard, outcomes, watch, answer };
}

function binding(uri: string, refreshedAtMs = 0, via?: string): RegisteredBinding {
  const order = { callId: 'c', cseq: 1, source: 's', trunk: '', q: 1, expiresAtMs: 1e15 };
  return { uri, ...order, refreshedAtMs, health: 'unknown', ...(via !== undefined && { via }) };
}

describe('a registered contact', () => {
  it('is asked by OPTIONS at its own moment, and then again and again', () => {
    const { clock, asked, watch, answer } = prober(0.25);
    watch(binding(a, 0, 'sip:192.0.2.7:5066'));
    clock.pass(249);
    expect(asked).to.have.length(0);
    clock.pass(1);
    expect(asked[0]?.target).to.deep.equal({ requestUri: a, via: 'sip:192.0.2.7:5066' });
    clock.pass(5000);
    // The next question waits for the answer.
    expect(asked).to.have.length(1);
    answer(200);
    clock.pass(1000);
    expect(asked).to.have.length(1);
  });

  for (const status of [200, 404, 405, 481, 486, 500, 501, 603]) {
    it(`is there when it answers ${status}`, () => {
      const { clock, heard, outcomes, watch, answer } = prober();
      watch(binding(a));
      clock.pass(500);
      answer(status);
      expect(heard).to.deep.equal([`bob ${a} answering`]);
      expect(outcomes).to.deep.equal(['answered']);
    });
  }

  for (const status of [408, 503]) {
    it(`is silent after as many ${status} in a row as are configured`, () => {
      const { clock, heard, watch, answer } = prober();
      watch(binding(a));
      clock.pass(500);
      answer(status);
      expect(heard).to.deep.equal([]);
      clock.pass(1000);
      answer(status);
      expect(heard).to.deep.equal([`bob ${a} silent`]);
    });
  }

  it('is not silent when it answers in between', () => {
    const { clock, heard, watch, answer } = prober();
    watch(binding(a));
    for (const status of [408, 200, 408]) {
      clock.pass(1000);
      answer(status);
    }
    expect(heard).to.deep.equal([`bob ${a} answering`]);
  });

  it('is nothing more and nothing less while the way to the SIP engine is down', () => {
    const { clock, heard, outcomes, watch, answer } = prober();
    watch(binding(a));
    for (const status of [408, undefined, undefined, 408]) {
      clock.pass(1000);
      answer(status);
    }
    expect(heard).to.deep.equal([`bob ${a} silent`]);
    expect(outcomes).to.deep.equal(['silent', 'not-asked', 'not-asked', 'silent']);
  });

  it('is asked a whole interval after it has registered anew, and what was asked before says nothing', () => {
    const { clock, asked, heard, watch, answer } = prober();
    watch(binding(a));
    clock.pass(500);
    answer(408);
    clock.pass(1000);
    watch(binding(a, 1));
    answer(408);
    expect(heard).to.deep.equal([]);
    clock.pass(999);
    expect(asked).to.have.length(0);
    clock.pass(1);
    answer(408);
    expect(heard).to.deep.equal([]);
  });

  it('is asked no more when it is gone', () => {
    const { clock, asked, heard, watch, answer } = prober();
    watch(binding(a), binding(b));
    clock.pass(500);
    watch(binding(b));
    expect(asked).to.have.length(2);
    answer(200);
    answer(200);
    expect(heard).to.deep.equal([`bob ${b} answering`]);
    watch();
    expect(clock.running).to.equal(0);
  });

  it('is asked later when too many questions are open', () => {
    const { prober: many, clock, asked, answer } = prober();
    for (let at = 0; at < 501; at += 1)
      many.watch({ ...bob, dn: `${at}` as Dn }, { bindings: [binding(`sip:${at}@h`)] });
    clock.pass(500);
    expect(asked).to.have.length(500);
    clock.pass(1000);
    expect(asked).to.have.length(500);
    answer(200);
    clock.pass(1000);
    expect(asked).to.have.length(500);
    expect(asked.at(-1)?.target.requestUri).to.equal('sip:500@h');
  });

  it('is asked no more after the stop', () => {
    const { prober: made, clock, watch, asked, answer } = prober();
    watch(binding(a));
    clock.pass(500);
    made.stop();
    answer(200);
    expect([asked.length, clock.running]).to.deep.equal([0, 0]);
  });
});
