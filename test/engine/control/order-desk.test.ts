import { expect } from 'chai';
import type { SendReply } from '../../../lib/engine/control/owner.ts';
import type { ControlClient } from '../../support/control-client.ts';
import { aliceInvites, deliveryOf, ringing, sentOf, unsafe } from './doubles.ts';
import { Rig } from './rig.ts';

const options = 'OPTIONS sip:x@y SIP/2.0\r\nContent-Length: 0\r\n\r\n';

describe('an order on the control port', () => {
  let rig: Rig;
  let client: ControlClient;

  beforeEach(async () => {
    rig = await Rig.start();
    client = await rig.client({ tags: ['alice'] });
  });

  afterEach(() => rig.stop());

  for (const [order, reply] of [
    ['ping', ['OK', 'pong']],
    ['route|invite', ['OK']],
    ['route|cdr:start', ['OK']],
    ['remove_route|invite', ['OK']],
    ['route|no method', ['NOK', 'not a method']],
    ['proxy|T1||fullResponse||serial||||sip:x@y', ['NOK', 'proxy is not supported by this engine yet']],
    ['sip|T1|', ['NOK', 'SIP message is missing']],
    ['authenticate|cymru|', ['NOK', 'already authenticated']],
  ] as const) {
    it(`${order} gets ${reply.join('|')}, once`, async () => {
      const answer = await client.ask(order);
      await client.ask('ping');
      expect(answer.tokens.slice(3)).to.deep.equal(reply);
      expect(client.received.filter(frame => frame.tokens[2] === answer.tokens[2])).to.have.lengthOf(1);
    });
  }

  it('with an unknown verb gets NO and the connection is closed', async () => {
    const answer = await client.ask('logging|on');
    await client.closed;
    expect(answer.tokens.slice(3)).to.deep.equal(['NO', 'Unknown message type']);
  });

  describe('to register', () => {
    it('makes the client one that can be chosen, in any case of the method', async () => {
      expect(rig.server.choose('INVITE')).to.equal(undefined);
      await client.route('invite');
      expect(rig.server.choose('INVITE')).to.equal(rig.server.choose('invite'));
      expect(rig.server.choose('INVITE')?.name).to.contain('alice');
      expect(rig.server.choose('OPTIONS')).to.equal(undefined);
    });

    it('counts once however often it is repeated', async () => {
      await rig.client({ tags: ['bob'], methods: ['invite'] });
      for (let time = 0; time < 3; time += 1) await client.route('invite');
      const turns = Array.from({ length: 6 }, () => rig.server.choose('INVITE')?.name.split(' ')[1]);
      expect(turns).to.deep.equal(['bob', 'alice', 'bob', 'alice', 'bob', 'alice']);
    });

    it('is undone by remove_route for that method only', async () => {
      for (const method of ['invite', 'options']) await client.route(method);
      await client.ask('remove_route|invite');
      expect(rig.server.choose('INVITE')).to.equal(undefined);
      expect(rig.server.choose('OPTIONS')?.name).to.contain('alice');
    });

    it('is refused beyond 64 methods', async () => {
      const letters = Array.from({ length: 65 }, (_, at) =>
        String.fromCharCode(97 + (at % 26)).repeat(1 + Math.floor(at / 26)),
      );
      const replies = [];
      for (const letter of letters) replies.push(await client.route(letter));
      expect(replies.map(reply => reply.tokens[3])).to.deep.equal([...Array<string>(64).fill('OK'), 'NOK']);
    });

    it('for call detail records never makes a client chosen', async () => {
      await client.route('cdr:attempt');
      expect(rig.server.choose('cdr:attempt')).to.equal(undefined);
    });
  });

  describe('to send', () => {
    it('reaches the core with the owner and the fields', async () => {
      await client.route('invite');
      await client.sendSip({ dialogId: 'c;from-tag=f', routeUrl: 'sip:192.0.2.9', sip: options });
      expect(rig.core.orders).to.deep.equal([
        {
          owner: rig.server.choose('INVITE'),
          order: { transactionId: '', dialogId: 'c;from-tag=f', routeUrl: 'sip:192.0.2.9', text: options },
        },
      ]);
    });

    it('gets the message as sent in the reply', async () => {
      rig.core.onSend = (_owner, _order, reply) => {
        reply(sentOf(aliceInvites, 'T7'));
      };
      const reply = await client.sendSip({ sip: options });
      expect(reply.tokens.slice(3)).to.deep.equal(
        'OK|application|300|udp|192.0.2.1|5060|09:25:23.288213|T7|Msg sent:|'.split('|'),
      );
      expect(reply.sip).to.match(/^INVITE sip:bob@192\.0\.2\.4 SIP\/2\.0\r\n/);
    });

    it('gets the reply before the messages that result', async () => {
      rig.core.onSend = (owner, _order, reply) => {
        reply(sentOf(aliceInvites));
        owner.deliver(deliveryOf({ message: ringing, dialogId: 'd' }));
        owner.deliver(deliveryOf({ message: ringing, dialogId: 'd' }));
      };
      const ids = Array.from({ length: 50 }, () => client.send(`sip||\r\n${options}`));
      await client.ask('ping');
      const kinds = client.received.slice(1, -1).map(frame => frame.tokens[1]);
      expect(kinds).to.deep.equal(ids.flatMap(() => ['response', 'sip', 'sip']));
    });

    it('gets a reply that comes later, after those of later orders', async () => {
      const replies: ((reply: SendReply) => void)[] = [];
      rig.core.onSend = (_owner, _order, reply) => void replies.push(reply);
      const first = client.send(`sip||\r\n${options}`);
      const second = client.send(`sip||\r\n${options}`);
      await client.ask('ping');
      for (const reply of replies.reverse()) reply(sentOf(aliceInvites));
      await client.next(frame => frame.tokens[2] === first);
      expect(client.received.slice(-2).map(frame => frame.tokens[2])).to.deep.equal([second, first]);
    });

    it('gets NOK with the reason of the core', async () => {
      rig.core.onSend = (_owner, _order, reply) => {
        reply({ ok: false, reason: 'Server error: unable to find dialog for dialog id provided' });
      };
      const reply = await client.sendSip({ dialogId: 'x', sip: options });
      expect(reply.tokens.slice(3)).to.deep.equal([
        'NOK',
        'Server error: unable to find dialog for dialog id provided',
      ]);
    });

    it('gets NOK when the core throws, and the client is served on', async () => {
      rig.core.onSend = () => {
        throw new Error('broken');
      };
      const reply = await client.sendSip({ sip: options });
      expect(reply.tokens.slice(3)).to.deep.equal(['NOK', 'Server error: the request could not be handled']);
      expect((await client.ask('ping')).tokens[3]).to.equal('OK');
      expect(rig.log.at('error')).to.deep.equal(['an order failed']);
    });

    it('gets NOK when what was sent cannot be put into a frame', async () => {
      rig.core.onSend = (_owner, _order, reply) => {
        reply(sentOf(unsafe));
      };
      const reply = await client.sendSip({ sip: options });
      expect(reply.tokens.slice(3)).to.deep.equal(['NOK', 'Server error: the request could not be handled']);
    });

    it('gets one reply when the core replies and then throws, or replies twice', async () => {
      rig.core.onSend = (_owner, { transactionId }, reply) => {
        reply(sentOf(aliceInvites));
        if (transactionId === 'throw') throw new Error('broken');
        reply({ ok: false, reason: 'again' });
      };
      await client.sendSip({ transactionId: 'throw', sip: options });
      await client.sendSip({ transactionId: 'twice', sip: options });
      await client.ask('ping');
      expect(client.received.slice(1).map(frame => frame.tokens[3])).to.deep.equal(['OK', 'OK', 'OK']);
    });

    it('of a client that has gone meanwhile gets no reply and harms nobody', async () => {
      const replies: ((reply: SendReply) => void)[] = [];
      rig.core.onSend = (_owner, _order, reply) => void replies.push(reply);
      client.send(`sip||\r\n${options}`);
      await client.ask('ping');
      await client.kill();
      await rig.core.until('lost', 1);
      for (const reply of replies) reply(sentOf(aliceInvites));
      expect((await (await rig.client()).ask('ping')).tokens[3]).to.equal('OK');
    });
  });
});
