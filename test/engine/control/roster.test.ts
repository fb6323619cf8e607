import { expect } from 'chai';
import { deliveryOf, unsafe } from './doubles.ts';
import { instanceTag, Rig, secret } from './rig.ts';

const graceMs = 30_000;

describe('the owners behind control connections', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.start({ graceMs });
  });

  afterEach(() => rig.stop());

  it('take turns, and when one dies the others go on', async () => {
    const [, bob] = [
      await rig.client({ tags: ['alice'], methods: ['invite'] }),
      await rig.client({ tags: ['bob'], methods: ['invite'] }),
      await rig.client({ tags: ['carol'], methods: ['invite'] }),
    ];
    const turn = (): string | undefined => rig.server.choose('INVITE')?.name.split(' ')[1];
    const before = [turn(), turn(), turn(), turn()];
    await bob.kill();
    await rig.core.until('lost', 1);
    expect(before).to.deep.equal(['alice', 'bob', 'carol', 'alice']);
    expect([turn(), turn(), turn()]).to.deep.equal(['carol', 'alice', 'carol']);
  });

  it('are lost at once when the connection closes, and take no more messages', async () => {
    const alice = await rig.client({ methods: ['invite'] });
    const owner = rig.server.choose('INVITE');
    await alice.close();
    await rig.core.until('lost', 1);
    expect(rig.core.lost).to.deep.equal([owner]);
    expect(owner?.present).to.equal(false);
    expect(owner?.deliver(deliveryOf())).to.equal(false);
    expect(rig.counters.ownersLost).to.equal(1);
  });

  it('expire when the grace time is over, not before', async () => {
    await (await rig.client({ tags: [instanceTag] })).close();
    await rig.core.until('lost', 1);
    rig.time.advance(graceMs - 1);
    const before = [...rig.core.expired];
    rig.time.advance(1);
    expect(before).to.deep.equal([]);
    expect(rig.core.expired).to.deep.equal(rig.core.lost);
    expect(rig.server.absentApplications).to.equal(0);
  });

  it('are the same again when the instance comes back in time, and never expire', async () => {
    await (await rig.client({ tags: [instanceTag, 'blue'] })).kill();
    await rig.core.until('lost', 1);
    rig.time.advance(graceMs - 1);
    await rig.client({ tags: ['blue', instanceTag], methods: ['invite'] });
    rig.time.advance(graceMs);
    expect(rig.core.returned).to.deep.equal(rig.core.lost);
    expect(rig.server.choose('INVITE')).to.equal(rig.core.lost[0]);
    expect(rig.core.expired).to.deep.equal([]);
  });

  it('get what was kept for them on the new connection, after its authentication', async () => {
    await (await rig.client({ tags: [instanceTag] })).kill();
    await rig.core.until('lost', 1);
    rig.core.onReturned = owner => {
      owner.deliver(deliveryOf({ dialogId: 'kept' }));
    };
    const back = await rig.stranger();
    await back.authenticate(secret, [instanceTag]);
    await back.next(frame => frame.tokens[9] === 'kept');
    expect(back.received.map(frame => frame.tokens[1])).to.deep.equal(['response', 'sip']);
  });

  it('have to register again after they came back', async () => {
    await (await rig.client({ tags: [instanceTag], methods: ['invite'] })).kill();
    await rig.core.until('lost', 1);
    const back = await rig.client({ tags: [instanceTag] });
    const before = rig.server.choose('INVITE');
    await back.route('invite');
    expect([before, rig.server.choose('INVITE')]).to.deep.equal([undefined, rig.core.lost[0]]);
  });

  for (const [what, tags] of [
    ['another instance', ['instance:another']],
    ['other tags beside the instance', [instanceTag, 'green']],
    ['no tags', []],
  ] as const) {
    it(`are not taken over by a client with ${what}`, async () => {
      await (await rig.client({ tags: [instanceTag] })).kill();
      await rig.core.until('lost', 1);
      await rig.client({ tags, methods: ['invite'] });
      expect(rig.core.returned).to.deep.equal([]);
      expect(rig.server.choose('INVITE')).not.to.equal(rig.core.lost[0]);
    });
  }

  it('without an instance tag are new ones each time', async () => {
    for (let time = 0; time < 2; time += 1) {
      await (await rig.client({ tags: ['blue'] })).close();
      await rig.core.until('lost', time + 1);
    }
    rig.time.advance(graceMs);
    expect(rig.core.lost[0]).not.to.equal(rig.core.lost[1]);
    expect(rig.core.expired).to.deep.equal(rig.core.lost);
    expect(rig.core.returned).to.deep.equal([]);
  });

  it('are new ones when the instance comes back too late', async () => {
    await (await rig.client({ tags: [instanceTag] })).close();
    await rig.core.until('lost', 1);
    rig.time.advance(graceMs);
    await rig.client({ tags: [instanceTag], methods: ['invite'] });
    expect(rig.core.returned).to.deep.equal([]);
    expect(rig.server.choose('INVITE')).not.to.equal(rig.core.lost[0]);
  });

  it('move to the newer of two connections of one instance; the older is closed', async () => {
    const older = await rig.client({ tags: [instanceTag], methods: ['invite'] });
    const owner = rig.server.choose('INVITE');
    const newer = await rig.client({ tags: [instanceTag], methods: ['invite'] });
    await older.closed;
    expect(rig.core.lost).to.deep.equal([owner]);
    expect(rig.core.returned).to.deep.equal([owner]);
    expect(rig.server.choose('INVITE')).to.equal(owner);
    owner?.deliver(deliveryOf({ transactionId: 'T9' }));
    await newer.next(frame => frame.tokens[8] === 'T9');
    rig.time.advance(graceMs);
    expect(rig.core.expired).to.deep.equal([]);
    expect(rig.server.presentApplications).to.equal(1);
  });

  it('do not get a message that would break the frame, and stay', async () => {
    const alice = await rig.client({ methods: ['invite'] });
    const owner = rig.server.choose('INVITE');
    const delivered = [owner?.deliver(deliveryOf({ message: unsafe })), owner?.deliver(deliveryOf())];
    await alice.next(frame => frame.tokens[1] === 'sip');
    expect(delivered).to.deep.equal([false, true]);
    expect(rig.log.at('error')).to.deep.equal(['cannot be delivered']);
  });

  it('survive a core that fails on news of them', async () => {
    rig.core.onReturned = () => {
      throw new Error('broken');
    };
    await (await rig.client({ tags: [instanceTag] })).kill();
    await rig.core.until('lost', 1);
    const back = await rig.client({ tags: [instanceTag] });
    expect((await back.ask('ping')).tokens[3]).to.equal('OK');
    expect(rig.log.at('error')).to.deep.equal(['the core failed']);
  });
});
