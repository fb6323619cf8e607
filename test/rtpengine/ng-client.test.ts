import { expect } from 'chai';
import type { NgOutcome } from '../../lib/rtpengine/command.ts';
import { NgClient, type NgMetrics } from '../../lib/rtpengine/ng-client.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { PaperNgWire } from './support/paper-wire.ts';

const query = { command: 'query', 'call-id': 'abc' } as const;

describe('the ng client', () => {
  let clock: FakeClock;
  let wire: PaperNgWire;
  let client: NgClient;
  let counted: string[];

  beforeEach(() => {
    clock = new FakeClock();
    wire = new PaperNgWire();
    counted = [];
    const metrics: NgMetrics = {
      commandDone: ({ command, outcome }) => counted.push(`${command} ${outcome}`),
      strayAnswer: what => counted.push(`stray ${what}`),
    };
    client = new NgClient({
      ...{ name: 'rtp1:22222', wire, clock, metrics, cookiePrefix: 'baton' },
      timeouts: { commandMs: 1_000, resendMs: 100 },
    });
  });

  /** Lets time pass until nothing is due any more, and notes when something was sent. */
  function passAll(): number[] {
    const sentAtMs: number[] = [];
    let nowMs = 0;
    for (let next = clock.nextMs; next !== undefined; next = clock.nextMs) {
      const before = wire.sent.length;
      nowMs += next;
      clock.pass(next);
      if (wire.sent.length > before) sentAtMs.push(nowMs);
    }
    return sentAtMs;
  }

  it('asks in JSON behind a cookie, and hands over the answer', async () => {
    const asked = client.ask(query);
    expect(wire.last).to.deep.equal({ cookie: 'baton_1', command: query });
    wire.answer({ result: 'ok', tags: {} });
    expect(await asked).to.deep.equal({ ok: true, answer: { result: 'ok', tags: {} } });
    expect(counted).to.deep.equal(['query ok']);
    expect([clock.running, client.waitingCount]).to.deep.equal([0, 0]);
  });

  it('sends copies with the same cookie after 100, 300 and 700 ms, and gives up after a second', async () => {
    const asked = client.ask(query);
    expect(passAll()).to.deep.equal([100, 300, 700]);
    expect(new Set(wire.sent).size).to.equal(1);
    expect(await asked).to.deep.equal({ ok: false, why: 'timeout', reason: 'no answer from rtp1:22222' });
  });

  it('gives up earlier when asked to', async () => {
    const asked = client.ask(query, 250);
    expect(passAll()).to.deep.equal([100]);
    expect(await asked).to.deep.include({ why: 'timeout' });
  });

  it('takes the answer to a copy, and only one answer', async () => {
    const asked = client.ask(query);
    clock.pass(100);
    wire.answer({ result: 'ok' });
    wire.answer({ result: 'error', 'error-reason': 'too late' });
    expect(await asked).to.deep.include({ ok: true });
    expect(counted).to.deep.equal(['query ok', 'stray late']);
  });

  it('counts and drops an answer that comes after the time', async () => {
    const asked = client.ask(query);
    passAll();
    wire.answer({ result: 'ok' });
    expect(await asked).to.deep.include({ why: 'timeout' });
    expect(counted).to.deep.equal(['query timeout', 'stray late']);
  });

  it('counts and drops what is no answer', () => {
    for (const datagram of ['', 'nonsense', ' {}']) wire.onDatagram(datagram);
    expect(counted).to.deep.equal(['stray malformed', 'stray malformed', 'stray malformed']);
  });

  it('is told of an answer that is broken at once', async () => {
    const asked = client.ask(query);
    wire.onDatagram(`${wire.last.cookie} {"result":`);
    expect(await asked).to.deep.equal({ ok: false, why: 'malformed', reason: 'no JSON object' });
    expect(clock.running).to.equal(0);
  });

  it('keeps answers that cross apart', async () => {
    const first = client.ask({ command: 'ping' });
    const second = client.ask(query);
    wire.onDatagram('baton_2 {"result":"ok"}');
    wire.onDatagram('baton_1 {"result":"pong"}');
    const answers = (await Promise.all([first, second])).map(
      outcome => outcome.ok && outcome.answer['result'],
    );
    expect(answers).to.deep.equal(['pong', 'ok']);
  });

  it('fails all at once when nobody is there, and says so', async () => {
    const heard: string[] = [];
    client.onSilence = why => heard.push(why);
    const asked = [client.ask(query), client.ask({ command: 'ping' })];
    wire.onUnreachable('ECONNREFUSED');
    const failure = { ok: false, why: 'unreachable', reason: 'ECONNREFUSED' };
    expect(await Promise.all<NgOutcome>(asked)).to.deep.equal([failure, failure]);
    expect([heard, clock.running]).to.deep.equal([['unreachable', 'unreachable'], 0]);
  });

  it('does not take a refusal for silence', async () => {
    const heard: string[] = [];
    client.onSilence = why => heard.push(why);
    const asked = client.ask(query);
    wire.answer({ result: 'error', 'error-reason': 'Unknown call-id' });
    expect(await asked).to.deep.include({ why: 'refused' });
    expect(heard).to.deep.equal([]);
  });

  it('settles everything when it is closed, and sends nothing afterwards', async () => {
    const asked = client.ask(query);
    client.close();
    expect(await asked).to.deep.include({ why: 'unreachable' });
    expect(await client.ask(query)).to.deep.include({ why: 'unreachable' });
    expect([wire.sent.length, wire.closed]).to.deep.equal([1, true]);
  });
});
