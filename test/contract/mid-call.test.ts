import { expect } from 'chai';
import type { LegId } from '../../lib/call/signal.ts';
import { backendNames, sdp, sdpPayload, Stage } from './stage.ts';

const bobLeg = 'leg-of-bob' as LegId;
const empty = { headers: [] };

for (const backend of backendNames) {
  describe(`requests within calls through the ${backend}`, () => {
    let stage: Stage;

    beforeEach(async () => {
      stage = await Stage.open(backend);
    });

    afterEach(async () => {
      await stage.close();
    });

    for (const side of ['caller', 'callee'] as const) {
      const legOf = async () => (side === 'caller' ? stage.callerLeg() : stage.calleeLeg(bobLeg));

      for (const method of ['INFO', 'UPDATE', 'MESSAGE', 'NOTIFY', 'OPTIONS']) {
        it(`tells ${method} of the ${side} and sends the answer`, async () => {
          const { leg, dialog } = await legOf();
          const headers = [
            ['X-MS-Custom-Foo', 'Zoë'],
            ['Event', 'x'],
            ['X-MS-Custom-Foo', '2'],
          ] as const;
          dialog.request(method, { headers, body: '{"userData":{}}', contentType: 'application/json' });
          const told = await stage.told.next('requested', leg);
          expect(told.method).to.equal(method);
          expect(told.payload.body).to.deep.equal({
            contentType: 'application/json',
            content: '{"userData":{}}',
          });
          const foo = told.payload.headers
            .filter(({ name }) => name === 'X-MS-Custom-Foo')
            .map(({ value }) => value);
          expect(foo).to.deep.equal(['Zoë', '2']);
          const payload = {
            headers: [
              { name: 'X-Seen', value: '1' },
              { name: 'X-Seen', value: '2' },
            ],
          };
          stage.perform({ do: 'respond', leg, request: told.request, status: 202, payload });
          const answer = await dialog.agent.expect(`202 ${method}`);
          expect(answer.all('X-Seen')).to.deep.equal(['1', '2']);
        });

        it(`sends ${method} to the ${side} and tells the answer`, async () => {
          const { leg, dialog } = await legOf();
          const request = stage.newRequestId();
          const headers = [
            { name: 'X-A', value: '1' },
            { name: 'Event', value: 'x' },
            { name: 'X-A', value: 'é' },
          ];
          const body = {
            contentType: 'application/vnd.baton.event+json',
            content: '{"n":"Zoë"}',
            more: [{ name: 'Content-Disposition', value: 'render' }],
          };
          stage.perform({ do: 'request', leg, request, method, payload: { headers, body } });
          const sent = await dialog.agent.expect(method);
          expect(sent.all('X-A')).to.deep.equal(['1', 'é']);
          expect(sent.get('Content-Type')).to.equal(body.contentType);
          expect(sent.get('Content-Disposition')).to.equal('render');
          expect(sent.body).to.equal(body.content);
          expect(Number(sent.get('Content-Length'))).to.equal(Buffer.byteLength(body.content));
          dialog.agent.respond(sent, 469, { headers: [['X-Why', 'because']] });
          const told = await stage.told.next('responded', leg);
          expect(told).to.include({ request, method, status: 469, reason: 'No' });
          expect(told.payload.headers).to.deep.include({ name: 'X-Why', value: 'because' });
        });
      }

      for (const method of ['INFO', 'UPDATE']) {
        it(`sends the ${side} header lines alone on ${method}, an empty one among them`, async () => {
          const { leg, dialog } = await legOf();
          const headers = [
            { name: 'X-MS-Custom-Gone', value: '' },
            { name: 'X-MS-Custom-Foo', value: 'Zoë' },
            { name: 'X-MS-Custom-Bad', value: 'a\r\nX-Injected: 1' },
            { name: 'User-to-User', value: 'abc;purpose=acme' },
          ];
          const request = stage.newRequestId();
          stage.perform({ do: 'request', leg, request, method, payload: { headers } });
          const sent = await dialog.agent.expect(method);
          expect(sent.all('X-MS-Custom-Gone')).to.deep.equal(['']);
          expect(sent.all('X-MS-Custom-Foo')).to.deep.equal(['Zoë']);
          expect(sent.all('User-to-User')).to.deep.equal(['abc;purpose=acme']);
          expect([sent.all('X-MS-Custom-Bad'), sent.all('X-Injected')]).to.deep.equal([[], []]);
          expect([sent.get('Content-Length'), sent.get('Content-Type')]).to.deep.equal(['0', '']);
          dialog.agent.respond(sent, 200, { headers: [['Recv-Info', 'nil']] });
          expect(await stage.told.next('responded', leg)).to.include({ request, status: 200 });
        });
      }

      it(`sends the ${side} an INFO in a package and is told of one`, async () => {
        const { leg, dialog } = await legOf();
        const headers = [{ name: 'Info-Package', value: 'baton-attached-data' }];
        const body = {
          contentType: 'application/vnd.baton.event+json',
          content: '{}',
          more: [{ name: 'Content-Disposition', value: 'Info-Package' }],
        };
        const request = stage.newRequestId();
        stage.perform({ do: 'request', leg, request, method: 'INFO', payload: { headers, body } });
        const sent = await dialog.agent.expect('INFO');
        expect(sent.get('Info-Package')).to.equal('baton-attached-data');
        expect(sent.get('Content-Disposition')).to.equal('Info-Package');
        dialog.agent.respond(sent, 200);
        await stage.told.next('responded', leg);
        const ours = [
          ['Info-Package', 'baton-attached-data'],
          ['X-MS-Custom-Gone', ''],
        ] as const;
        dialog.request('INFO', { headers: ours });
        const told = await stage.told.next('requested', leg);
        expect(told.payload.headers).to.deep.include({ name: 'Info-Package', value: 'baton-attached-data' });
        expect(told.payload.headers).to.deep.include({ name: 'X-MS-Custom-Gone', value: '' });
        const payload = { headers: [{ name: 'Recv-Info', value: 'nil' }] };
        stage.perform({ do: 'respond', leg, request: told.request, status: 469, payload });
        expect((await dialog.agent.expect('469 INFO')).get('Recv-Info')).to.equal('nil');
      });

      it(`carries a REFER of the ${side} and its NOTIFYs; the last one ends no dialog`, async () => {
        const { leg, dialog } = await legOf();
        const referTo = '"Carol" <sip:carol@192.0.2.3;x-m=8:o?X-MS-Custom-A=1&Replaces=q%3Bto-tag%3Dr>';
        const headers = [
          ['Refer-To', referTo],
          ['Referred-By', '<sip:bob@b.example>;x="y"'],
        ] as const;
        dialog.request('REFER', { headers });
        const told = await stage.told.next('requested', leg);
        expect(told.method).to.equal('REFER');
        expect(told.payload.headers).to.deep.include.members([
          { name: 'Refer-To', value: referTo },
          { name: 'Referred-By', value: '<sip:bob@b.example>;x="y"' },
        ]);
        const quiet = { headers: [{ name: 'Refer-Sub', value: 'true' }] };
        stage.perform({ do: 'respond', leg, request: told.request, status: 202, payload: quiet });
        expect((await dialog.agent.expect('202 REFER')).get('Refer-Sub')).to.equal('true');
        for (const [state, content] of [
          ['active;expires=92', 'SIP/2.0 100 Trying\r\n'],
          ['terminated;reason=noresource', 'SIP/2.0 200 OK\r\n'],
        ] as const) {
          const request = stage.newRequestId();
          const lines = [
            { name: 'Event', value: 'refer;id=7' },
            { name: 'Subscription-State', value: state },
          ];
          const body = { contentType: 'message/sipfrag;version=2.0', content };
          const payload = { headers: lines, body };
          stage.perform({ do: 'request', leg, request, method: 'NOTIFY', payload });
          const notify = await dialog.agent.expect('NOTIFY');
          expect([notify.get('Event'), notify.get('Subscription-State')]).to.deep.equal([
            'refer;id=7',
            state,
          ]);
          expect([notify.get('Content-Type'), notify.body]).to.deep.equal([body.contentType, content]);
          dialog.agent.respond(notify, 200);
          expect(await stage.told.next('responded', leg)).to.include({ request, status: 200 });
        }
        dialog.request('INFO');
        expect((await stage.told.next('requested', leg)).method).to.equal('INFO');
      });

      it(`relays a re-INVITE of the ${side} and pairs its ACK`, async () => {
        const { leg, dialog } = await legOf();
        dialog.request('INVITE', { body: sdp('hold') });
        const { request, payload, method } = await stage.told.next('requested', leg);
        expect([method, payload.body?.content]).to.deep.equal(['INVITE', sdp('hold')]);
        stage.perform({ do: 'respond', leg, request, status: 200, payload: sdpPayload('held') });
        const answer = await dialog.agent.expect('200 INVITE');
        expect(answer.body).to.equal(sdp('held'));
        dialog.ack(answer, { body: sdp('late') });
        const told = await stage.told.next('acknowledged', leg);
        expect([told.request, told.payload.body?.content]).to.deep.equal([request, sdp('late')]);
      });

      it(`tells that the ${side} takes its re-INVITE back, and forgets it`, async () => {
        const { leg, dialog } = await legOf();
        const invite = dialog.request('INVITE', { body: sdp('hold') });
        const { request } = await stage.told.next('requested', leg);
        dialog.agent.cancel(invite, { headers: [['Reason', 'SIP;cause=200']] });
        await dialog.agent.expect('200 CANCEL');
        if (!stage.differs('reinvite-cancel')) {
          const told = await stage.told.next('withdrawn', leg);
          expect(told.request).to.equal(request);
          expect(told.payload.headers).to.deep.include({ name: 'Reason', value: 'SIP;cause=200' });
        }
        dialog.agent.ackRefusal(invite, await dialog.agent.expect('487 INVITE'));
        stage.perform({ do: 'respond', leg, request, status: 200, payload: sdpPayload('late') });
        dialog.request('INFO');
        await stage.told.next('requested', leg);
      });

      it(`takes a re-INVITE to the ${side} back, asked for at once or later`, async () => {
        const { leg, dialog } = await legOf();
        for (const atOnce of [true, false]) {
          const request = stage.newRequestId();
          stage.perform({ do: 'request', leg, request, method: 'INVITE', payload: sdpPayload('hold') });
          const headers = [{ name: 'Reason', value: 'SIP;cause=200' }];
          if (atOnce) stage.perform({ do: 'withdraw', leg, request, headers });
          const invite = await dialog.agent.expect('INVITE');
          dialog.agent.respond(invite, 100);
          if (!atOnce) stage.perform({ do: 'withdraw', leg, request, headers });
          if (!stage.differs('reinvite-cancel')) {
            const cancel = await dialog.agent.expect('CANCEL');
            expect(cancel.get('Reason')).to.equal('SIP;cause=200');
            dialog.agent.respond(cancel, 200);
          }
          dialog.agent.respond(invite, 487);
          expect(await stage.told.next('responded', leg)).to.include({ request, status: 487 });
        }
      });

      it(`counts hops on a request to the ${side}`, async () => {
        const { leg, dialog } = await legOf();
        for (const maxForwards of [undefined, 4]) {
          const hops = maxForwards === undefined ? {} : { maxForwards };
          const request = stage.newRequestId();
          stage.perform({ do: 'request', leg, request, method: 'INFO', payload: empty, ...hops });
          const info = await dialog.agent.expect('INFO');
          expect(info.get('Max-Forwards')).to.equal(String(maxForwards ?? 70));
          dialog.agent.respond(info, 200);
          await stage.told.next('responded', leg);
        }
      });

      it(`refuses a re-INVITE of the ${side} with 488 and takes the next`, async () => {
        const { leg, dialog } = await legOf();
        const first = dialog.request('INVITE', { body: sdp('video') });
        const refused = await stage.told.next('requested', leg);
        stage.perform({
          do: 'respond',
          leg,
          request: refused.request,
          status: 488,
          reason: 'Not Here',
          payload: empty,
        });
        const refusal = await dialog.agent.expect('488 INVITE');
        expect(refusal.start).to.equal('SIP/2.0 488 Not Here');
        dialog.agent.ackRefusal(first, refusal);
        dialog.request('INVITE', { body: sdp('audio') });
        const taken = await stage.told.next('requested', leg);
        stage.perform({
          do: 'respond',
          leg,
          request: taken.request,
          status: 200,
          payload: sdpPayload('audio'),
        });
        const answer = await dialog.agent.expect('200 INVITE');
        dialog.ack(answer);
        expect((await stage.told.next('acknowledged', leg)).request).to.equal(taken.request);
      });

      it(`sends a re-INVITE to the ${side}: refused 488, then 491, then answered, and one ACK only when ordered`, async () => {
        const { leg, dialog } = await legOf();
        const { agent } = dialog;
        for (const status of [488, 491]) {
          const request = stage.newRequestId();
          stage.perform({ do: 'request', leg, request, method: 'INVITE', payload: sdpPayload('again') });
          agent.respond(await agent.expect('INVITE'), status);
          expect(await stage.told.next('responded', leg)).to.include({ request, status });
          await agent.expect('ACK');
        }
        const request = stage.newRequestId();
        stage.perform({ do: 'request', leg, request, method: 'INVITE', payload: empty });
        const invite = await agent.expect('INVITE');
        expect(invite.contactUri).to.match(/^sip:/);
        agent.respond(invite, 200, { body: sdp('offer') });
        const told = await stage.told.next('responded', leg);
        expect(told.payload.body?.content).to.equal(sdp('offer'));
        expect(agent.untaken.filter(start => start.startsWith('ACK'))).to.deep.equal([]);
        stage.perform({ do: 'acknowledge', leg, request, payload: sdpPayload('answer') });
        const ack = await agent.expect('ACK');
        expect([ack.body, ack.cseq.number]).to.deep.equal([sdp('answer'), invite.cseq.number]);
      });
    }

    it('sends UPDATE to a caller that is not answered yet', async () => {
      const { leg, invite } = await stage.invited({ body: sdp('alice') });
      stage.perform({ do: 'progress', leg, status: 183, reason: '', payload: sdpPayload('early') });
      await stage.alice.expect('183 INVITE');
      const request = stage.newRequestId();
      stage.perform({ do: 'request', leg, request, method: 'UPDATE', payload: sdpPayload('earlier') });
      if (stage.differs('no-early-dialog')) {
        expect(await stage.told.next('responded', leg)).to.include({ request, status: 481 });
      } else {
        const update = await stage.alice.expect('UPDATE');
        expect(update.body).to.equal(sdp('earlier'));
        stage.alice.respond(update, 200, { body: sdp('yes') });
        expect(await stage.told.next('responded', leg)).to.include({ request, status: 200 });
      }
      stage.perform({ do: 'reject', leg, status: 486, payload: empty });
      stage.alice.ackRefusal(invite, await stage.alice.expect('486 INVITE'));
      await stage.idle();
    });

    it('sends INFO while a re-INVITE waits, and tells both answers', async () => {
      const { leg, dialog } = await stage.calleeLeg(bobLeg);
      const reinvite = stage.newRequestId();
      const info = stage.newRequestId();
      stage.perform({ do: 'request', leg, request: reinvite, method: 'INVITE', payload: sdpPayload('hold') });
      stage.perform({ do: 'request', leg, request: info, method: 'INFO', payload: empty });
      const invite = await stage.bob.expect('INVITE');
      stage.bob.respond(await stage.bob.expect('INFO'), 200);
      expect(await stage.told.next('responded', leg)).to.include({ request: info, status: 200 });
      stage.bob.respond(invite, 200, { body: sdp('held') });
      expect(await stage.told.next('responded', leg)).to.include({ request: reinvite, status: 200 });
      stage.perform({ do: 'acknowledge', leg, request: reinvite, payload: empty });
      const wrong = stage.differs('ack-cseq') ? 1 : 0;
      expect((await stage.bob.expect('ACK')).cseq.number).to.equal(invite.cseq.number + wrong);
      dialog.request('BYE');
      await stage.told.next('hungUp', leg);
      await stage.idle();
    });

    it('tells 1xx to a re-INVITE and then its final response', async () => {
      const { leg } = await stage.calleeLeg(bobLeg);
      const request = stage.newRequestId();
      stage.perform({ do: 'request', leg, request, method: 'INVITE', payload: sdpPayload('hold') });
      const invite = await stage.bob.expect('INVITE');
      stage.bob.respond(invite, 180);
      expect(await stage.told.next('responded', leg)).to.include({ request, status: 180 });
      stage.bob.respond(invite, 488);
      const after = stage.newRequestId();
      stage.perform({ do: 'request', leg, request: after, method: 'INFO', payload: empty });
      stage.bob.respond(await stage.bob.expect('INFO'), 200);
      const first = await stage.told.next('responded', leg);
      expect(first.request).to.equal(stage.differs('final-lost-after-1xx') ? after : request);
    });

    it('answers what is open when BYE comes, and forgets it', async () => {
      const { leg, dialog } = await stage.callerLeg();
      dialog.request('INFO');
      await stage.told.next('requested', leg);
      dialog.request('BYE');
      await stage.told.next('hungUp', leg);
      await stage.alice.expect('200 BYE');
      await stage.idle();
    });
  });
}
