import { expect } from 'chai';
import { messageOf, deliveryOf, aliceInvites } from './doubles.ts';
import { Rig, secret } from './rig.ts';

describe('a control connection', () => {
  let rig: Rig;

  afterEach(() => rig.stop());

  describe('of a stranger', () => {
    beforeEach(async () => {
      rig = await Rig.start();
    });

    it('is welcomed with the secret: host ports, version, local host ports', async () => {
      const client = await rig.stranger();
      const reply = await client.authenticate(secret);
      expect(reply.tokens.slice(3)).to.deep.equal([
        'OK',
        'udp/203.0.113.5:5060,tcp/203.0.113.5:5060',
        'v0.9.10-baton',
        'udp/10.0.0.5:5060,tcp/10.0.0.5:5060',
      ]);
    });

    for (const [what, fields] of [
      ['a wrong secret', '|guess|'],
      ['an empty secret', '||'],
      ['no secret', ''],
      ['what drachtio-srf sends without one', '|undefined|'],
      ['a wrong secret and bad tags', '|guess|a b'],
    ] as const) {
      it(`is refused and closed with ${what}`, async () => {
        const client = await rig.stranger();
        const reply = await client.ask(`authenticate${fields}`);
        await client.closed;
        expect(reply.tokens.slice(3)).to.deep.equal(['NO', 'incorrect secret']);
        expect(rig.counters.authenticationFailures).to.equal(1);
        expect(rig.server.presentApplications).to.equal(0);
      });
    }

    it('is refused with the secret and bad tags', async () => {
      const client = await rig.stranger();
      const reply = await client.authenticate(secret, ['a b']);
      await client.closed;
      expect(reply.tokens.slice(3)).to.deep.equal(['NO', 'invalid tags']);
    });

    for (const verb of [
      'route|invite',
      'remove_route|invite',
      'ping',
      'sip||\r\nOPTIONS sip:x@y SIP/2.0',
      'proxy|T1',
      'x',
    ]) {
      it(`is refused and closed when it begins with ${verb.split('\r')[0] ?? ''}`, async () => {
        const client = await rig.stranger();
        const reply = await client.ask(verb);
        await client.closed;
        expect(reply.tokens.slice(3)).to.deep.equal(['NO', 'not authenticated']);
        expect(rig.server.choose('INVITE')).to.equal(undefined);
        expect(rig.core.orders).to.deep.equal([]);
      });
    }

    it('is not heard any more after a wrong secret, whatever comes in the same segment', async () => {
      const client = await rig.stranger();
      const id = 'a1|authenticate|guess|';
      client.sendBytes(`${id.length}#${id}24#a2|authenticate|${secret}|xyz7#a3|ping`);
      await client.closed;
      expect(client.received.map(frame => frame.tokens[2])).to.deep.equal(['a1']);
    });

    it('is closed when it says nothing in time', async () => {
      const client = await rig.stranger();
      await client.authenticate(secret);
      const silent = await rig.stranger();
      silent.sendBytes('60#866e');
      // A round trip of a third client behind it: the silent one has been accepted by now.
      await rig.client();
      rig.time.advance(5_000);
      await silent.closed;
      expect(silent.received).to.deep.equal([]);
      expect((await client.ask('ping')).tokens.slice(3)).to.deep.equal(['OK', 'pong']);
      expect(rig.counters.authenticationFailures).to.equal(1);
    });

    it('may not send anything long', async () => {
      const client = await rig.stranger();
      const reply = await client.ask(`authenticate|${secret}|${'x'.repeat(5_000)}`);
      await client.closed;
      expect(reply.tokens.slice(3)).to.deep.equal(['NO', 'a frame must not have more than 4096 bytes']);
    });

    for (const [what, bytes] of [
      ['HTTP', 'GET / HTTP/1.1\r\n\r\n'],
      ['an empty frame', '0#'],
      ['a frame without an id', '5#|ping'],
      ['random octets', Buffer.from([0x16, 0x03, 0x01, 0x00, 0xff])],
    ] as const) {
      it(`is closed without an answer when it sends ${what}`, async () => {
        const client = await rig.stranger();
        client.sendBytes(bytes);
        await client.closed;
        expect(client.received).to.deep.equal([]);
        expect(rig.counters.framesRefused).to.equal(1);
      });
    }

    it('never finds the secret in the log', async () => {
      await (await rig.stranger()).authenticate(secret);
      await (await rig.stranger()).authenticate('sesame');
      expect(JSON.stringify(rig.log.lines)).not.to.match(/cymru|sesame/);
    });
  });

  describe('of a client', () => {
    it('reads frames split at every octet', async () => {
      rig = await Rig.start();
      const client = await rig.client();
      for (const octet of Buffer.from('7#a1|ping7#a2|ping', 'latin1')) client.sendBytes(Buffer.from([octet]));
      await client.next(frame => frame.tokens[2] === 'a2');
      expect(client.received.slice(-2).map(frame => frame.tokens.slice(1))).to.deep.equal([
        ['response', 'a1', 'OK', 'pong'],
        ['response', 'a2', 'OK', 'pong'],
      ]);
    });

    it('gives the core a message of 99,000 octets exactly', async () => {
      rig = await Rig.start();
      const client = await rig.client();
      const sip = `MESSAGE sip:x@y SIP/2.0\r\n\r\n${'é😀|#'.repeat(11_000)}`;
      await client.sendSip({ sip });
      expect(rig.core.orders[0]?.order.text).to.equal(Buffer.from(sip, 'utf8').toString('latin1'));
    });

    it('is told that a frame is too long, and served again afterwards', async () => {
      rig = await Rig.start({ maxFrameBytes: 1_000 });
      const client = await rig.client();
      const [tooLong, ping] = await Promise.all([
        client.sendSip({ sip: 'x'.repeat(200_000) }),
        client.ask('ping'),
      ]);
      expect(tooLong.tokens.slice(3)).to.deep.equal(['NOK', 'a frame must not have more than 1000 bytes']);
      expect(ping.tokens.slice(3)).to.deep.equal(['OK', 'pong']);
      expect(rig.core.orders).to.deep.equal([]);
    });

    it('is closed on garbage, and its application is lost', async () => {
      rig = await Rig.start();
      const client = await rig.client();
      client.sendBytes('no frame');
      await client.closed;
      await rig.core.until('lost', 1);
      expect(rig.log.at('warn')).to.deep.equal(['not the control protocol, closed']);
    });

    it('is closed when the client does not read', async () => {
      rig = await Rig.start({ highWaterBytes: 500_000 });
      const client = await rig.client({ methods: ['invite'] });
      client.socket.pause();
      const owner = rig.server.choose('INVITE');
      const message = messageOf(aliceInvites.start, [['Call-ID', 'a@b']], 'x'.repeat(100_000));
      for (let sent = 0; sent < 1_000 && owner?.deliver(deliveryOf({ message })) === true; sent += 1) {
        await new Promise(setImmediate);
      }
      expect(owner?.present).to.equal(false);
      expect(rig.core.lost).to.deep.equal([owner]);
      expect(rig.counters.slowClientsClosed).to.equal(1);
      expect(rig.log.at('warn')).to.deep.equal(['control client does not read, closed']);
      expect(rig.server.choose('INVITE')).to.equal(undefined);
      client.socket.resume();
    });

    it('counts its frames', async () => {
      rig = await Rig.start();
      const client = await rig.client({ methods: ['invite', 'options'] });
      await client.ask('nonsense');
      expect(rig.counters).to.include({ framesReceived: 4, framesSent: 4, framesRefused: 1 });
    });
  });
});
