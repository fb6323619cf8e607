import { expect } from 'chai';
import type { SipMessage } from '../../../lib/engine/message/message.ts';
import { Workbench } from '../../support/paper-wire.ts';

const NOTHING = {
  dialogs: 0,
  requestsOpen: 0,
  requestsOrdered: 0,
  acksAwaited: 0,
  acksOwed: 0,
  noticesKept: 0,
};

interface Subscribed {
  readonly bench: Workbench;
  readonly dialog: string;
}

const answerTo = (request: SipMessage, status: string, extra = 'Contact: <sip:bob@192.0.2.9>'): string => `
  SIP/2.0 ${status}
  Via: ${request.headers.get('via') ?? ''}
  From: ${request.headers.get('from') ?? ''}
  To: ${request.headers.get('to') ?? ''}${request.toTag === '' ? ';tag=bob-tag' : ''}
  Call-ID: ${request.callId}
  CSeq: ${request.headers.get('cseq') ?? ''}
  ${extra}`;

/** We have subscribed at Bob. */
function subscriber(granted = 'Expires: 60'): Subscribed & { notify(state: string, cseq: number): void } {
  const bench = new Workbench();
  bench.order('SUBSCRIBE sip:bob@192.0.2.9 SIP/2.0\nEvent: presence\nExpires: 600');
  const { callId, fromTag } = bench.lastSent;
  bench.receive(answerTo(bench.lastSent, '200 OK', `Contact: <sip:bob@192.0.2.9>\n${granted}`));
  const notify = (state: string, cseq: number): void => {
    bench.receive(`NOTIFY sip:us@127.0.0.1 SIP/2.0
      Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKnotify${cseq}
      From: <sip:bob@192.0.2.9>;tag=bob-tag
      To: <sip:us@127.0.0.1>;tag=${fromTag}
      Call-ID: ${callId}
      CSeq: ${cseq} NOTIFY
      Event: presence
      Subscription-State: ${state}`);
  };
  return { bench, dialog: `${callId};from-tag=${fromTag}`, notify };
}

/** Alice has subscribed at us. */
function notifier(): Subscribed {
  const bench = new Workbench();
  bench.receive(`SUBSCRIBE sip:us@127.0.0.1 SIP/2.0
    Via: SIP/2.0/UDP 192.0.2.1:6060;branch=z9hG4bKsub
    From: <sip:alice@192.0.2.1>;tag=alice-tag
    To: <sip:us@127.0.0.1>
    Call-ID: sub-1
    CSeq: 1 SUBSCRIBE
    Contact: <sip:alice@192.0.2.1:6060>
    Event: presence
    Expires: 60`);
  bench.order('SIP/2.0 202 Accepted', { transaction: bench.app.last.transactionId });
  return { bench, dialog: 'sub-1;from-tag=alice-tag' };
}

const order = ({ bench, dialog }: Subscribed, state: string): void => {
  bench.order(`NOTIFY sip:x SIP/2.0\nEvent: presence\nSubscription-State: ${state}`, { dialog });
};

describe('a subscription of ours', () => {
  it('stands through a NOTIFY that is not the last one', () => {
    const { bench, notify } = subscriber();
    notify('active;expires=60', 1);
    expect(bench.userAgent.counts().dialogs).to.equal(1);
  });

  it('ends with the NOTIFY that says terminated, which the application still gets', () => {
    const { bench, notify } = subscriber();
    bench.takeDelivered();
    notify('terminated;reason=timeout', 1);
    expect([bench.takeDelivered(), bench.userAgent.counts().dialogs]).to.deep.equal([['NOTIFY'], 0]);
  });

  it('ends 64*T1 after the time that was granted, when nobody says anything', () => {
    const { bench } = subscriber('Expires: 60');
    bench.timers.advance(60_000 + 32_000 - 1);
    expect(bench.userAgent.counts().dialogs).to.equal(1);
    bench.timers.advance(1);
    expect(bench.userAgent.counts()).to.deep.equal(NOTHING);
  });

  it('has the time it asked for when the answer names none', () => {
    const { bench } = subscriber('Subject: x');
    bench.timers.advance(600_000 + 32_000 - 1);
    expect(bench.userAgent.counts().dialogs).to.equal(1);
    bench.timers.advance(1);
    expect(bench.userAgent.counts().dialogs).to.equal(0);
  });

  it('is prolonged by a refresh, and outlives a refused one, but not a 481', () => {
    const { bench, dialog } = subscriber();
    const refresh = (status: string): void => {
      bench.order('SUBSCRIBE sip:x SIP/2.0\nEvent: presence\nExpires: 60', { dialog });
      bench.receive(answerTo(bench.lastSent, status));
    };
    bench.timers.advance(59_000);
    refresh('200 OK');
    bench.timers.advance(59_000);
    refresh('503 Service Unavailable');
    expect(bench.userAgent.counts().dialogs).to.equal(1);
    refresh('481 Subscription Does Not Exist');
    expect(bench.userAgent.counts().dialogs).to.equal(0);
  });
});

describe('a subscription at us', () => {
  const endings: readonly (readonly [string, string, string, number])[] = [
    ['goes on after a NOTIFY', 'active', '200 OK', 1],
    ['ends when the last NOTIFY is answered', 'terminated', '200 OK', 0],
    ['ends when the last NOTIFY is refused', 'terminated', '500 Server Internal Error', 0],
    ['waits for the last NOTIFY to come again with credentials', 'terminated', '401 Unauthorized', 1],
    ['ends when the subscriber does not know it any more', 'active', '481 Subscription Does Not Exist', 0],
  ];
  for (const [what, state, status, left] of endings) {
    it(what, () => {
      const subscribed = notifier();
      const { bench } = subscribed;
      order(subscribed, state);
      bench.receive(answerTo(bench.lastSent, status));
      expect(bench.userAgent.counts().dialogs).to.equal(left);
    });
  }

  it('is told where its refresh says that the subscriber is now', () => {
    const subscribed = notifier();
    const { bench } = subscribed;
    bench.receive(`SUBSCRIBE sip:us@127.0.0.1 SIP/2.0
      Via: SIP/2.0/UDP 192.0.2.1:6060;branch=z9hG4bKrefresh
      From: <sip:alice@192.0.2.1>;tag=alice-tag
      To: <sip:us@127.0.0.1>;tag=${bench.lastSent.toTag}
      Call-ID: sub-1
      CSeq: 2 SUBSCRIBE
      Contact: <sip:alice@192.0.2.1:7070>
      Event: presence
      Expires: 60`);
    bench.order('SIP/2.0 200 OK', { transaction: bench.app.last.transactionId });
    order(subscribed, 'active');
    expect(bench.lastSent.requestUri).to.equal('sip:alice@192.0.2.1:7070');
  });

  it('ends when a NOTIFY has no answer', () => {
    const subscribed = notifier();
    order(subscribed, 'active');
    subscribed.bench.timers.advance(32_000);
    expect(subscribed.bench.userAgent.counts()).to.include({ dialogs: 0 });
  });

  it('ends by its time, and leaves no timer', () => {
    const { bench } = notifier();
    bench.timers.advance(60_000 + 32_000);
    expect([bench.userAgent.counts(), bench.timers.runningCount]).to.deep.equal([NOTHING, 0]);
  });

  it('is forgotten without a BYE when its application does not come back', () => {
    const { bench } = notifier();
    bench.takeSent();
    bench.app.present = false;
    bench.userAgent.ownerLost(bench.app);
    bench.userAgent.ownerExpired(bench.app);
    expect([bench.takeSent(), bench.userAgent.counts()]).to.deep.equal([[], NOTHING]);
  });
});
