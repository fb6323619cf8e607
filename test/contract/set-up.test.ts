import { expect } from 'chai';
import type { LegId } from '../../lib/call/signal.ts';
import { AgentDialog } from '../../support/sip-agent.ts';
import { backendNames, sdp, sdpPayload, Stage } from './stage.ts';

const bobLeg = 'leg-of-bob' as LegId;
const empty = { headers: [] };

for (const backend of backendNames) {
  describe(`setting up calls through the ${backend}`, () => {
    let stage: Stage;

    beforeEach(async () => {
      stage = await Stage.open(backend);
    });

    afterEach(async () => {
      await stage.close();
    });

    it('says what SIP listens on', () => {
      const port = new URL(stage.uri.replace('sip:900@', 'http://')).port;
      expect(stage.signalling.listening).to.include(`udp/127.0.0.1:${port}`);
      expect(stage.signalling.up).to.equal(true);
    });

    it('tells an INVITE with every header line as it came', async () => {
      const headers = [
        ['X-MS-Custom-Foo', '1'],
        ['user-TO-user', '00aa;encoding=hex;purpose=foo'],
        ['X-MS-Custom-Foo', 'Zoë 日本 🙂'],
        ['User-to-User', '"odd;=, value";encoding=weird , 00bb'],
        ['x-lower', ''],
        ['Unknown-Header', 'a, b;c="d"'],
      ] as const;
      const invite = stage.alice.request('INVITE', stage.uri, { headers, body: sdp('alice') });
      const { leg, request } = await stage.told.next('invited');
      const names = new Set(headers.map(([name]) => name.toLowerCase()));
      const seen = request.headers.filter(({ name }) => names.has(name.toLowerCase()));
      expect(seen).to.deep.equal(headers.map(([name, value]) => ({ name, value })));
      expect(request).to.include({
        method: 'INVITE',
        requestUri: stage.uri,
        from: invite.get('From'),
        to: invite.get('To'),
      });
      expect(request.callId).to.equal(invite.get('Call-ID'));
      expect(request.source).to.deep.equal({ protocol: 'udp', address: '127.0.0.1', port: stage.alice.port });
      expect(request.body).to.deep.equal({ contentType: 'application/sdp', content: sdp('alice') });
      stage.perform({ do: 'reject', leg, status: 486, payload: empty });
      stage.alice.ackRefusal(invite, await stage.alice.expect('486 INVITE'));
      await stage.idle();
    });

    it('relays progress, answer and ACK to the caller, each with its header lines and body', async () => {
      const { leg } = await stage.invited();
      const headers = [
        { name: 'User-to-User', value: '00aa;encoding=hex' },
        { name: 'User-to-User', value: '00bb;encoding=hex' },
        { name: 'X-MS-Custom-Foo', value: 'Zoë, 1' },
        { name: 'X-MS-Custom-Foo', value: '2' },
      ];
      stage.perform({ do: 'progress', leg, status: 180, reason: 'Ringing', payload: { headers } });
      const ringing = await stage.alice.expect('180 INVITE');
      expect(ringing.all('User-to-User')).to.deep.equal(['00aa;encoding=hex', '00bb;encoding=hex']);
      expect(ringing.all('X-MS-Custom-Foo')).to.deep.equal(['Zoë, 1', '2']);
      stage.perform({ do: 'progress', leg, status: 183, reason: 'Early', payload: sdpPayload('early') });
      const early = await stage.alice.expect('183 INVITE');
      expect([early.start, early.body]).to.deep.equal(['SIP/2.0 183 Early', sdp('early')]);
      expect(early.all('User-to-User'), 'headers of one response do not stick to the next').to.deep.equal([]);
      stage.perform({ do: 'answer', leg, status: 200, payload: sdpPayload('baton') });
      const answer = await stage.alice.expect('200 INVITE');
      expect(answer.body).to.equal(sdp('baton'));
      expect(answer.tagOf('To')).to.equal(ringing.tagOf('To'));
      expect(answer.contactUri).to.match(/^sip:/);
    });

    for (const body of ['', sdp('alice')]) {
      it(`tells the caller's ACK ${body === '' ? 'without a body' : 'with its body'}`, async () => {
        const { leg } = await stage.invited();
        stage.perform({ do: 'answer', leg, status: 200, payload: sdpPayload('baton') });
        const answer = await stage.alice.expect('200 INVITE');
        AgentDialog.calling(stage.alice, answer).ack(answer, { body });
        const told = await stage.told.next('acknowledged', leg);
        expect(told.request).to.equal(undefined);
        expect(told.payload.body?.content ?? '').to.equal(body);
      });
    }

    it('sends an INVITE with the lines ordered, and our own address for localhost', async () => {
      const headers = [
        { name: 'User-to-User', value: '00aa;encoding=hex' },
        { name: 'X-MS-Custom-Foo', value: 'Zoë 日本 🙂' },
        { name: 'User-to-User', value: '00bb;encoding=hex' },
        { name: 'x-lower', value: 'kept' },
        { name: 'unknown-HEADER', value: 'a, b;c="d"' },
      ];
      const invite = await stage.inviteBob(bobLeg, { ...sdpPayload('baton'), headers });
      expect(invite.all('User-to-User')).to.deep.equal(['00aa;encoding=hex', '00bb;encoding=hex']);
      expect(invite.get('X-MS-Custom-Foo')).to.equal('Zoë 日本 🙂');
      expect(invite.get('x-lower')).to.equal('kept');
      expect(invite.get('unknown-HEADER')).to.equal('a, b;c="d"');
      const spellings = invite.lines
        .map(([name]) => name)
        .filter(name => /^unknown-header|user-to-user$/i.test(name));
      expect(new Set(spellings)).to.deep.equal(
        stage.differs('header-spelling')
          ? new Set(['Unknown-HEADER', 'User-To-User'])
          : new Set(['unknown-HEADER', 'User-to-User']),
      );
      expect(invite.get('Max-Forwards')).to.equal('69');
      expect(invite.requestUri).to.equal(stage.bob.uri);
      expect(invite.get('From')).to.match(/^"Alice" <sip:alice@127\.0\.0\.1:\d+>;tag=/);
      expect(invite.contactUri).to.match(/^sip:alice@127\.0\.0\.1:\d+/);
      expect(invite.body).to.equal(sdp('baton'));
    });

    it('says in the Contact what it can, in a re-INVITE as well', async () => {
      const requestUri = stage.bob.uri;
      const uris = { requestUri, from: '<sip:baton@localhost>', to: `<${requestUri}>` };
      const contact = { contactUser: 'baton', contactParams: ';+sip.src' };
      stage.perform({
        ...{ do: 'invite', leg: bobLeg, ...uris, ...contact },
        ...{ maxForwards: 70, payload: sdpPayload('baton') },
      });
      const invite = await stage.bob.expect('INVITE');
      const feature = /^<sip:baton@127\.0\.0\.1:\d+[^>]*>;\+sip\.src$/;
      expect(invite.get('Contact')).to.match(feature);
      stage.bob.respond(invite, 200, { body: sdp('bob') });
      await stage.told.next('answered', bobLeg);
      stage.perform({ do: 'acknowledge', leg: bobLeg, payload: empty });
      await stage.bob.expect('ACK');
      const request = stage.newRequestId();
      const payload = sdpPayload('baton');
      stage.perform({ do: 'request', leg: bobLeg, request, method: 'INVITE', payload });
      const again = await stage.bob.expect('INVITE');
      expect(again.get('Contact')).to.match(feature);
      stage.bob.respond(again, 488);
      await stage.told.next('responded', bobLeg);
      stage.perform({ do: 'hangUp', leg: bobLeg, headers: [] });
      stage.bob.respond(await stage.bob.expect('BYE'), 200);
    });

    it('sends the INVITE to the next hop given, with the Request-URI untouched', async () => {
      const requestUri = 'sip:bob@callee.invalid';
      const from = '<sip:alice@localhost>';
      const parts = {
        requestUri,
        from,
        to: `<${requestUri}>`,
        contactUser: 'alice',
        maxForwards: 10,
        via: stage.bob.uri,
      };
      stage.perform({ do: 'invite', leg: bobLeg, ...parts, payload: empty });
      const invite = await stage.bob.expect('INVITE');
      expect(invite.requestUri).to.equal(requestUri);
      stage.bob.respond(invite, 404);
      await stage.told.next('rejected', bobLeg);
    });

    it('tells progress and the answer of the callee, and sends ACK only when it is ordered', async () => {
      const invite = await stage.inviteBob(bobLeg);
      stage.bob.respond(invite, 100);
      stage.bob.respond(invite, 180, {
        headers: [
          ['X-MS-Custom-Foo', '1'],
          ['X-MS-Custom-Foo', '2'],
        ],
      });
      const ringing = await stage.told.next('progressed', bobLeg);
      expect(ringing).to.include({ status: 180, reason: 'Progress' });
      expect(
        ringing.payload.headers.filter(({ name }) => name === 'X-MS-Custom-Foo').map(({ value }) => value),
      ).to.deep.equal(['1', '2']);
      stage.bob.respond(invite, 183, { body: sdp('early') });
      expect((await stage.told.next('progressed', bobLeg)).payload.body?.content).to.equal(sdp('early'));
      stage.bob.respond(invite, 200, { body: sdp('bob') });
      const answer = await stage.told.next('answered', bobLeg);
      expect(answer.payload.body).to.deep.equal({ contentType: 'application/sdp', content: sdp('bob') });
      expect(stage.bob.untaken).to.deep.equal([]);
      stage.perform({ do: 'acknowledge', leg: bobLeg, payload: sdpPayload('late') });
      expect((await stage.bob.expect('ACK')).body).to.equal(sdp('late'));
    });

    it('calls without an offer, answers that of the 200 in the ACK, and makes one of our own later', async () => {
      const invite = await stage.inviteBob(bobLeg);
      expect(invite.body).to.equal('');
      stage.bob.respond(invite, 200, { body: sdp('bob') });
      const told = await stage.told.next('answered', bobLeg);
      expect(told.payload.body?.content).to.equal(sdp('bob'));
      stage.perform({ do: 'acknowledge', leg: bobLeg, payload: sdpPayload('nobody') });
      expect((await stage.bob.expect('ACK')).body).to.equal(sdp('nobody'));
      const request = stage.newRequestId();
      stage.perform({
        do: 'request',
        leg: bobLeg,
        request,
        method: 'INVITE',
        payload: sdpPayload('alice'),
      });
      const reinvite = await stage.bob.expect('INVITE');
      expect([reinvite.body, reinvite.tagOf('To')]).to.deep.equal([sdp('alice'), stage.bob.tagFor(invite)]);
      stage.bob.respond(reinvite, 200, { body: sdp('bob') });
      expect(await stage.told.next('responded', bobLeg)).to.include({ request, status: 200 });
      stage.perform({ do: 'acknowledge', leg: bobLeg, request, payload: empty });
      await stage.bob.expect('ACK');
      stage.perform({ do: 'hangUp', leg: bobLeg, headers: [] });
      stage.bob.respond(await stage.bob.expect('BYE'), 200);
      await stage.idle();
    });

    it('tells a rejection with its words and lines, and sends no ACK of its own', async () => {
      const invite = await stage.inviteBob(bobLeg);
      stage.bob.respond(invite, 486, {
        headers: [
          ['Reason', 'Q.850;cause=17;text="user busy"'],
          ['X-Why', 'nap'],
        ],
      });
      const told = await stage.told.next('rejected', bobLeg);
      expect(told).to.include({ status: 486, reason: 'No' });
      expect(told.payload.headers).to.deep.include({ name: 'X-Why', value: 'nap' });
      await stage.bob.expect('ACK');
      await stage.idle();
      expect(stage.bob.untaken).to.deep.equal([]);
    });

    it('rejects a call to itself', async () => {
      const from = '<sip:alice@localhost>';
      const parts = {
        requestUri: stage.uri,
        from,
        to: `<${stage.uri}>`,
        contactUser: 'alice',
        maxForwards: 10,
      };
      stage.perform({ do: 'invite', leg: bobLeg, ...parts, payload: empty });
      expect((await stage.told.next('rejected', bobLeg)).status).to.equal(503);
      await stage.idle();
    });

    it('keeps two legs of one call apart', async () => {
      const { leg } = await stage.invited({ body: sdp('alice') });
      const invite = await stage.inviteBob(bobLeg, sdpPayload('alice'));
      stage.bob.respond(invite, 200, { body: sdp('bob') });
      await stage.told.next('answered', bobLeg);
      stage.perform({ do: 'answer', leg, status: 200, payload: sdpPayload('bob') });
      stage.perform({ do: 'acknowledge', leg: bobLeg, payload: empty });
      const answer = await stage.alice.expect('200 INVITE');
      await stage.bob.expect('ACK');
      const dialog = AgentDialog.calling(stage.alice, answer);
      dialog.ack(answer);
      await stage.told.next('acknowledged', leg);
      dialog.request('BYE');
      await stage.told.next('hungUp', leg);
      await stage.alice.expect('200 BYE');
      stage.perform({ do: 'hangUp', leg: bobLeg, headers: [] });
      stage.bob.respond(await stage.bob.expect('BYE'), 200);
      await stage.idle();
      expect([
        ...stage.alice.untaken.filter(start => !start.includes('100')),
        ...stage.bob.untaken,
        ...stage.told.untaken,
      ]).to.deep.equal([]);
    });

    it('lets the user answer OPTIONS outside a dialog', async () => {
      stage.told.standaloneAnswer = { status: 200, headers: [{ name: 'Allow', value: 'INVITE, ACK, BYE' }] };
      stage.alice.request('OPTIONS', stage.uri);
      expect((await stage.alice.expect('200 OPTIONS')).get('Allow')).to.equal('INVITE, ACK, BYE');
      expect(stage.told.standalone.map(({ method }) => method)).to.deep.equal(['OPTIONS']);
    });

    it('never lets a value end its line', async () => {
      const headers = [
        { name: 'X-A', value: 'one\r\nX-Injected: two' },
        { name: 'X-B\r\nX-Injected', value: 'two' },
        { name: 'X-C', value: 'three' },
      ];
      const invite = await stage.inviteBob(bobLeg, { headers });
      expect(invite.raw).not.to.contain('Injected');
      expect(invite.get('X-C')).to.equal('three');
      expect(stage.signalling.counters.headersRefused).to.equal(2);
      stage.bob.respond(invite, 486);
      await stage.told.next('rejected', bobLeg);
    });
  });
}
