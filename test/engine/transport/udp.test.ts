import { expect } from 'chai';
import type { Hop } from '../../../lib/engine/transport/transport.ts';
import { listenOn, type Party, party, stopAll } from './recorder.ts';

const EVERY_OCTET = String.fromCharCode(...Array.from({ length: 256 }, (_, octet) => octet));

describe('UDP', () => {
  let alice: Party;
  let bob: Party;

  afterEach(stopAll);

  for (const address of ['127.0.0.1', '::1']) {
    describe(`over ${address}`, () => {
      beforeEach(async () => {
        alice = await party({ listen: listenOn(address) });
        bob = await party({ listen: listenOn(address) });
      });

      it('carries every octet, and tells the way it came', async () => {
        alice.send(EVERY_OCTET, bob.hop());
        await bob.recorder.until(() => bob.recorder.messages.length === 1);
        const [first] = bob.recorder.messages;
        expect(first?.bytes).to.equal(EVERY_OCTET);
        expect(first?.flow.local).to.deep.equal(bob.hop());
        const { port } = alice.hop();
        expect([first?.flow.protocol, first?.flow.remote]).to.deep.equal(['udp', { address, port }]);
      });

      it('answers along the flow', async () => {
        bob.recorder.onMessage = (_bytes, flow) => {
          bob.send('answer', { protocol: 'udp', ...flow.remote }, flow);
        };
        alice.send('question', bob.hop());
        await alice.recorder.until(() => alice.recorder.messages.length === 1);
        expect(alice.recorder.messages[0]?.flow.remote.port).to.equal(bob.hop().port);
      });
    });
  }

  describe('what cannot be sent', () => {
    beforeEach(async () => {
      alice = await party();
      bob = await party();
    });

    const rows: { what: string; bytes: string; to: Partial<Hop>; failure: string }[] = [
      { what: 'more than a datagram holds', bytes: 'x'.repeat(70_000), to: {}, failure: 'too-large' },
      { what: 'a port that is none', bytes: 'x', to: { port: 0 }, failure: 'unreachable' },
      { what: 'an address that is none', bytes: 'x', to: { address: 'nowhere' }, failure: 'unreachable' },
      { what: 'another family', bytes: 'x', to: { address: '::1' }, failure: 'no-listener' },
    ];
    for (const { what, bytes, to, failure } of rows) {
      it(`${what} is told as ${failure}, after send has returned`, async () => {
        alice.send(bytes, { ...bob.hop(), ...to });
        expect(alice.recorder.failures).to.deep.equal([]);
        await alice.recorder.until(() => alice.recorder.failures.length > 0);
        expect(alice.recorder.failures).to.deep.equal([failure]);
      });
    }

    it('is told when the transport has stopped, too', async () => {
      await alice.transports.stop();
      alice.send('x', bob.hop());
      await alice.recorder.until(() => alice.recorder.failures.length > 0);
      expect(alice.recorder.failures).to.deep.equal(['no-listener']);
    });
  });

  it('keeps quiet about NAT keep-alives and hears what follows', async () => {
    alice = await party();
    bob = await party();
    for (const bytes of ['', '\r\n\r\n', '\0', '\0\0\0\0', 'x\r\n']) alice.send(bytes, bob.hop());
    await bob.recorder.until(() => bob.recorder.messages.length > 0);
    expect(bob.recorder.messages.map(({ bytes }) => bytes)).to.deep.equal(['x\r\n']);
  });

  it('says what the kernel granted of the buffers asked for', async () => {
    alice = await party({ udpBufferBytes: 65_536 });
    const granted = alice.recorder.notices.filter(notice => notice.kind === 'buffer-granted');
    expect(granted).to.deep.equal([
      {
        kind: 'buffer-granted',
        listener: alice.hop(),
        askedBytes: 65_536,
        receiveBytes: 65_536,
        sendBytes: 65_536,
      },
    ]);
  });

  it('asks for 4 MB when nothing else is said', async () => {
    alice = await party();
    const [granted] = alice.recorder.notices.filter(notice => notice.kind === 'buffer-granted');
    expect(granted?.askedBytes).to.equal(4 * 1024 * 1024);
    expect(granted?.receiveBytes).to.be.greaterThan(0);
  });
});
