import { expect } from 'chai';
import type { LegId, Payload } from '../../lib/call/signal.ts';
import { AgentDialog } from '../../support/sip-agent.ts';
import { backendNames, remoteBackendNames, Stage } from './stage.ts';

const empty = { headers: [] };

for (const backend of backendNames) {
  describe(`subscriptions through the ${backend}`, () => {
    let stage: Stage;

    beforeEach(async () => {
      stage = await Stage.open(backend);
    });

    afterEach(async () => {
      await stage.close();
    });

    const subscribes = async (expires = 600) => {
      const headers = [
        ['Event', 'message-summary'],
        ['Expires', String(expires)],
      ] as const;
      stage.alice.request('SUBSCRIBE', stage.uri, { headers });
      return stage.told.next('subscribed');
    };

    const grant = (leg: LegId, expires = 600): void => {
      const payload = { headers: [{ name: 'Expires', value: String(expires) }] };
      stage.perform({ do: 'answer', leg, status: 200, payload });
    };

    const notify = (leg: LegId, state: string, content = 'Messages-Waiting: no\r\n') => {
      const request = stage.newRequestId();
      const headers = [
        { name: 'Event', value: 'message-summary' },
        { name: 'Subscription-State', value: state },
      ];
      const payload: Payload = {
        headers,
        body: { contentType: 'application/simple-message-summary', content },
      };
      stage.perform({ do: 'request', leg, request, method: 'NOTIFY', payload });
      return request;
    };

    /** A subscription that stands, and its first NOTIFY. */
    const subscriber = async () => {
      const { leg } = await subscribes();
      grant(leg);
      notify(leg, 'active;expires=600');
      const dialog = AgentDialog.calling(stage.alice, await stage.alice.expect('200 SUBSCRIBE'));
      stage.alice.respond(await stage.alice.expect('NOTIFY'), 200);
      await stage.told.next('responded', leg);
      return { leg, dialog };
    };

    /** The last NOTIFY, after which nobody knows anything of it. */
    const ends = async (leg: LegId) => {
      notify(leg, 'terminated;reason=timeout');
      stage.alice.respond(await stage.alice.expect('NOTIFY'), 200);
      await stage.told.next('responded', leg);
      stage.perform({ do: 'hangUp', leg, headers: [] });
      await stage.idle();
    };

    it('tells who wants what, and refuses it', async () => {
      const { leg, request } = await subscribes();
      expect(request).to.include({ method: 'SUBSCRIBE', requestUri: stage.uri, to: `<${stage.uri}>` });
      expect(request.headers).to.deep.include({ name: 'Event', value: 'message-summary' });
      expect(request.source.port).to.equal(stage.alice.port);
      const headers = [{ name: 'Allow-Events', value: 'message-summary' }];
      stage.perform({ do: 'reject', leg, status: 489, payload: { headers } });
      const answer = await stage.alice.expect('489 SUBSCRIBE');
      expect(answer.get('Allow-Events')).to.equal('message-summary');
      await stage.idle();
    });

    it('grants it and tells at once, in the same dialog', async () => {
      const { leg } = await subscribes();
      grant(leg);
      const request = notify(leg, 'active;expires=600', 'Messages-Waiting: yes\r\n');
      const answer = await stage.alice.expect('200 SUBSCRIBE');
      expect(answer.get('Expires')).to.equal('600');
      expect(answer.contactUri).to.match(/^sip:/);
      const told = await stage.alice.expect('NOTIFY');
      expect(told.get('Call-ID')).to.equal(answer.get('Call-ID'));
      expect([told.tagOf('From'), told.tagOf('To')]).to.deep.equal([
        answer.tagOf('To'),
        answer.tagOf('From'),
      ]);
      expect(told.get('Subscription-State')).to.equal('active;expires=600');
      expect(told.get('Contact') === '').to.equal(stage.differs('notify-contact'));
      expect([told.get('Content-Type'), told.body]).to.deep.equal([
        'application/simple-message-summary',
        'Messages-Waiting: yes\r\n',
      ]);
      stage.alice.respond(told, 200);
      expect(await stage.told.next('responded', leg)).to.include({ request, method: 'NOTIFY', status: 200 });
      await ends(leg);
    });

    it('tells a refresh, and what is refused of it', async () => {
      const { leg, dialog } = await subscriber();
      for (const status of [200, 423]) {
        dialog.request('SUBSCRIBE', { headers: [['Expires', '30']] });
        const told = await stage.told.next('requested', leg);
        expect(told.method).to.equal('SUBSCRIBE');
        stage.perform({ do: 'respond', leg, request: told.request, status, payload: empty });
        await stage.alice.expect(`${status} SUBSCRIBE`);
      }
      await ends(leg);
    });

    it('tells what there is once, of a subscription for no time at all', async () => {
      const { leg } = await subscribes(0);
      grant(leg, 0);
      const request = notify(leg, 'terminated;reason=timeout');
      await stage.alice.expect('200 SUBSCRIBE');
      const told = await stage.alice.expect('NOTIFY');
      stage.alice.respond(told, 200);
      expect(await stage.told.next('responded', leg)).to.include({ request, status: 200 });
      stage.perform({ do: 'hangUp', leg, headers: [] });
      await stage.idle();
    });

    it('knows nothing of the dialog after the last NOTIFY', async () => {
      const { leg, dialog } = await subscriber();
      await ends(leg);
      dialog.request('SUBSCRIBE', { headers: [['Event', 'message-summary']] });
      await stage.alice.expect('481 SUBSCRIBE');
    });

    it('tells the refusal of a NOTIFY', async () => {
      const { leg } = await subscriber();
      const request = notify(leg, 'active;expires=600');
      stage.alice.respond(await stage.alice.expect('NOTIFY'), 481);
      expect(await stage.told.next('responded', leg)).to.include({ request, status: 481 });
      stage.perform({ do: 'hangUp', leg, headers: [] });
      await stage.idle();
    });

    it('sends no BYE to a subscriber', async () => {
      const { leg } = await subscriber();
      stage.perform({ do: 'hangUp', leg, headers: [] });
      // What is answered after it was ordered after it.
      const { dialog } = await stage.callerLeg();
      dialog.request('BYE');
      await stage.alice.expect('200 BYE');
      expect(stage.alice.untaken.filter(start => !start.startsWith('SIP/2.0 100'))).to.deep.equal([]);
    });

    if (!remoteBackendNames.includes(backend)) return;

    it('still tells a subscriber when the way to the engine is open again', async () => {
      const { leg, dialog } = await subscriber();
      stage.relay.block();
      await stage.told.until(() => !stage.signalling.up, 'down');
      notify(leg, 'active;expires=600');
      expect(await stage.told.next('responded', leg)).to.include({ status: 503 });
      stage.relay.unblock();
      await stage.told.until(() => stage.signalling.up, 'up again');
      dialog.request('SUBSCRIBE', { headers: [['Event', 'message-summary']] });
      if (stage.differs('dialogs-not-given-back')) await stage.alice.expect('481 SUBSCRIBE');
      else {
        const { request } = await stage.told.next('requested', leg);
        stage.perform({ do: 'respond', leg, request, status: 200, payload: empty });
        await stage.alice.expect('200 SUBSCRIBE');
      }
      await ends(leg);
    });

    it('tells that it is lost when the engine has forgotten it', async () => {
      const { leg } = await subscriber();
      await stage.restartEngine();
      await stage.told.until(() => stage.told.ups.length >= 3, 'up again');
      notify(leg, 'active;expires=600');
      await stage.told.next('lost', leg);
      expect(stage.signalling.openCounts.legs).to.equal(0);
    });
  });
}
