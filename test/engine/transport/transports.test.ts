import { expect } from 'chai';
import { formatHop } from '../../../lib/engine/transport/address.ts';
import { ListenError } from '../../../lib/engine/transport/failure.ts';
import { Transports } from '../../../lib/engine/transport/transports.ts';
import type { Hop } from '../../../lib/engine/transport/transport.ts';
import { listenOn, party, Recorder, stopAll } from './recorder.ts';

const udp = (address: string, port = 0): Hop => ({ protocol: 'udp', address, port });
const tcp = (address: string, port = 0): Hop => ({ protocol: 'tcp', address, port });

describe('the transports together', () => {
  afterEach(stopAll);

  it('bind in the order configured, with the ports the kernel chose', async () => {
    const { transports } = await party({ listen: [tcp('::1'), udp('127.0.0.1'), udp('::1')] });
    expect(transports.listeners.map(({ protocol, address }) => `${protocol} ${address}`)).to.deep.equal([
      'tcp ::1',
      'udp 127.0.0.1',
      'udp ::1',
    ]);
    expect(transports.listeners.every(({ port }) => port > 0)).to.equal(true);
  });

  it('take the same port for both families', async () => {
    const { transports, hop } = await party({ listen: [udp('0.0.0.0')] });
    const both = await party({ listen: [udp('::', hop().port), tcp('::', 0)] });
    expect([both.hop().port, transports.listeners.length]).to.deep.equal([hop().port, 1]);
  });

  for (const protocol of ['udp', 'tcp'] as const) {
    it(`name the ${protocol} address that is in use, and leave nothing bound`, async () => {
      const holder = await party();
      const taken = holder.hop(protocol);
      const free = await party();
      const wanted = [free.hop('udp'), free.hop('tcp')];
      await free.transports.stop();
      const transports = new Transports({ listen: [...wanted, taken] });
      const error: unknown = await transports.start(new Recorder()).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(ListenError);
      expect(String(error)).to.include(
        `cannot listen on ${formatHop(taken)}: the port is in use (EADDRINUSE)`,
      );
      expect(transports.listeners).to.deep.equal([]);
      const again = await party({ listen: wanted });
      expect(again.transports.listeners).to.deep.equal(wanted);
    });
  }

  it('can be stopped twice, and before they were started', async () => {
    const { transports } = await party();
    await transports.stop();
    await transports.stop();
    await new Transports({ listen: listenOn('127.0.0.1') }).stop();
    expect(transports.listeners).to.deep.equal([]);
  });

  it('choose a listener by protocol and family', async () => {
    const { transports } = await party({ listen: [udp('127.0.0.1'), tcp('127.0.0.1'), udp('::1')] });
    const chosen = [udp('127.0.0.1', 9), tcp('127.0.0.1', 9), udp('::1', 9), tcp('::1', 9)].map(hop => {
      const listener = transports.listenerFor(hop);
      return listener === undefined ? 'none' : `${listener.protocol} ${listener.address}`;
    });
    expect(chosen).to.deep.equal(['udp 127.0.0.1', 'tcp 127.0.0.1', 'udp ::1', 'none']);
  });

  it('prefer a listener that reaches the peer over one on loopback', async () => {
    const { transports } = await party({ listen: [udp('127.0.0.1'), udp('0.0.0.0')] });
    expect(transports.listenerFor(udp('192.0.2.1', 5060))?.address).to.equal('0.0.0.0');
    expect(transports.listenerFor(udp('127.0.0.1', 5060))?.address).to.equal('127.0.0.1');
  });

  it('keep to the listener a peer came to, when that reaches where the next message goes', async () => {
    const { transports } = await party({
      listen: [udp('0.0.0.0'), udp('127.0.0.1'), udp('127.0.0.1'), udp('::1')],
    });
    const third = transports.listeners[2] ?? udp('none');
    const flow = { protocol: 'udp', local: third, remote: third } as const;
    expect(transports.listenerFor(udp('127.0.0.9', 5060), flow)).to.equal(third);
    expect(transports.listenerFor(udp('192.0.2.1', 5060), flow)?.address).to.equal('0.0.0.0');
    expect(transports.listenerFor(udp('::1', 5060), flow)?.address).to.equal('::1');
  });

  it('answer from the listener a datagram came to', async () => {
    const bob = await party({ listen: [udp('127.0.0.1'), udp('127.0.0.1')] });
    const alice = await party();
    const second = bob.transports.listeners[1] ?? udp('none');
    bob.recorder.onMessage = (_bytes, flow) => {
      bob.send('answer', { protocol: 'udp', ...flow.remote }, { ...flow, local: { ...flow.local } });
    };
    alice.send('question', second);
    await alice.recorder.until(() => alice.recorder.messages.length === 1);
    expect(alice.recorder.messages[0]?.flow.remote.port).to.equal(second.port);
  });

  it('show a peer an address it can answer to', async () => {
    const eth0 = {
      address: '192.0.2.10',
      netmask: '255.255.255.0',
      cidr: '192.0.2.10/24',
      mac: '',
      internal: false,
      family: 'IPv4' as const,
    };
    const { transports } = await party({ listen: [udp('0.0.0.0')], interfaces: () => ({ eth0: [eth0] }) });
    expect(transports.localAddressTowards(udp('127.0.0.1', 5060))).to.equal('127.0.0.1');
    expect(transports.localAddressTowards(udp('203.0.113.1', 5060))).to.equal('192.0.2.10');
    expect(transports.localAddressTowards(udp('::1', 5060))).to.equal('::1');
    const bound = await party();
    expect(bound.transports.localAddressTowards(tcp('203.0.113.1', 5060))).to.equal('127.0.0.1');
  });

  it('keep a defect of their user from ending anything else', async () => {
    const defect = new Error('a defect');
    const bob = await party();
    const alice = await party();
    bob.recorder.onMessage = bytes => {
      if (bytes === 'first') throw defect;
    };
    alice.send('first', bob.hop());
    alice.send('second', bob.hop());
    await bob.recorder.until(() => bob.recorder.messages.length === 2);
    const [notice] = bob.recorder.notices.filter(({ kind }) => kind === 'receive-failed');
    expect(notice).to.deep.include({ kind: 'receive-failed', error: defect });
  });
});
