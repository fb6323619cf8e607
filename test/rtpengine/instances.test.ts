import { expect } from 'chai';
import { type Instance, Instances } from '../../lib/rtpengine/instances.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { PaperNgWire } from './support/paper-wire.ts';

const places = ['one', 'two', 'three'].map(host => ({ host, port: 22_222 }));
const nameOf = ({ client }: Instance) => client.name.replace(':22222', '');
/** Outcomes are told in later turns of the loop. */
const settled = () => new Promise(resolve => setImmediate(resolve));

describe('the rtpengines', () => {
  let clock: FakeClock;
  let wires: Map<string, PaperNgWire>;
  let instances: Instances;
  let logged: string[];
  let shown: string[];

  beforeEach(() => {
    clock = new FakeClock();
    wires = new Map();
    logged = [];
    shown = [];
    const note = (fields: { rtpengine?: string }, message: string) =>
      logged.push(`${fields.rtpengine ?? ''} ${message}`);
    instances = new Instances({
      ...{ places, clock, cookiePrefix: 'baton', log: { info: note, warn: note } },
      timeouts: { commandMs: 1_000, resendMs: 100, pingMs: 2_000 },
      metrics: {
        commandDone: () => {},
        strayAnswer: () => {},
        instanceUp: (instance, up) => shown.push(`${instance} ${String(up)}`),
      },
      wireTo: ({ host }) => {
        const wire = new PaperNgWire();
        wires.set(host, wire);
        return wire;
      },
    });
    instances.start();
  });

  afterEach(() => instances.stop());

  async function answer(host: string, uptimeS: number): Promise<void> {
    wires.get(host)?.answer({ result: 'ok', statistics: { totalstatistics: { uptime: String(uptimeS) } } });
    await settled();
  }

  async function fail(host: string): Promise<void> {
    wires.get(host)?.onUnreachable('ECONNREFUSED');
    await settled();
  }

  const inTurn = () => instances.inTurn().map(nameOf).join(' ');

  it('have their turn one after the other', () => {
    expect([inTurn(), inTurn(), inTurn(), inTurn()]).to.deep.equal([
      'one two three',
      'two three one',
      'three one two',
      'one two three',
    ]);
  });

  it('are left out while they do not answer, and told once', async () => {
    await fail('two');
    expect([inTurn(), inTurn()]).to.deep.equal(['one three', 'three one']);
    clock.pass(2_000);
    await fail('two');
    expect(logged).to.deep.equal(['two:22222 an rtpengine does not answer']);
    expect(shown.slice(3)).to.deep.equal(['two:22222 false']);
  });

  it('are asked again every two seconds, and are there again', async () => {
    await answer('two', 100);
    const [, two] = instances.inTurn();
    wires.get('two')?.onUnreachable('ECONNREFUSED');
    clock.pass(2_000);
    await fail('two');
    clock.pass(2_000);
    await answer('two', 104);
    expect(logged.at(-1)).to.equal('two:22222 an rtpengine is there again');
    expect([two?.up, two?.era]).to.deep.equal([true, 1]);
  });

  it('have another era when they have started anew, even if nobody missed them', async () => {
    const [one] = instances.inTurn();
    await answer('one', 100);
    clock.pass(2_000);
    await answer('one', 1);
    expect([one?.up, one?.era]).to.deep.equal([true, 2]);
    clock.pass(2_000);
    await answer('one', 3);
    expect(one?.era).to.equal(2);
  });

  it('may say nothing of their age', async () => {
    const [one] = instances.inTurn();
    wires.get('one')?.answer({ result: 'ok' });
    await settled();
    expect([one?.up, one?.era]).to.deep.equal([true, 1]);
  });

  it('leave no timer and no socket when they are stopped', async () => {
    await answer('one', 1);
    instances.stop();
    await settled();
    expect(clock.running).to.equal(0);
    expect([...wires.values()].every(({ closed }) => closed)).to.equal(true);
  });
});
