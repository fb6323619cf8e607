import { expect } from 'chai';
import { Story } from '../support/story.ts';

const onlyBob = { routing: { routes: [{ targets: ['sip:bob@192.0.2.2'] }] } };

describe('an attempt that fails', () => {
  const finals = [
    [302, 'Moved Temporarily', 'redirected', 'none'],
    [486, 'Busy Here', 'busy', 'callee'],
    [600, 'Busy Everywhere', 'busy', 'callee'],
    [603, 'Decline', 'rejected', 'callee'],
    [404, 'Not Found', 'rejected', 'callee'],
    [488, 'Not Acceptable Here', 'rejected', 'callee'],
    [480, 'Gone Fishing', 'rejected', 'callee'],
    [500, 'Oops', 'rejected', 'callee'],
  ] as const;
  for (const [status, reason, why, atFault] of finals) {
    it(`tells the caller ${String(status)} ${reason}`, () => {
      const story = new Story(onlyBob).invite({ sdp: 'offer' });
      story.heard();
      story.bob.rejects(status, reason, { headers: ['Reason: Q.850;cause=17', 'Via: x', 'Retry-After: 9'] });
      expect(story.heard()).to.deep.equal([`alice ← ${String(status)}`]);
      expect(story.alice.got('reject').reason).to.equal(reason);
      expect(story.alice.gotHeaders('reject')).to.deep.equal(['Reason: Q.850;cause=17', 'Retry-After: 9']);
      expect(story.noted('released')).to.have.length(1);
      expect(story.noted('released')[0]).to.deep.include({
        verdict: { by: 'callee', why, sipStatus: status, atFault },
      });
      expect(story.timers()).to.deep.equal([]);
    });
  }

  it('blames the network for silence and for a target that cannot be reached', () => {
    for (const status of [408, 503]) {
      const story = new Story(onlyBob).invite();
      story.bob.rejects(status, '');
      expect(story.noted('released')[0]).to.deep.include({
        verdict: { by: 'network', why: 'unreachable', sipStatus: status, atFault: 'network' },
      });
    }
  });

  it('turns a challenge that nobody here can answer into 403', () => {
    for (const status of [401, 407]) {
      const story = new Story(onlyBob).invite();
      story.bob.rejects(status, 'Unauthorized', { headers: ['WWW-Authenticate: Digest realm="x"'] });
      expect(story.alice.got('reject').status).to.equal(403);
      expect(story.alice.gotHeaders('reject')).to.deep.equal([]);
    }
  });

  it('leaves a redirection its Contact', () => {
    const story = new Story(onlyBob).invite();
    story.bob.rejects(302, 'Moved Temporarily', { headers: ['Contact: <sip:carol@192.0.2.3>'] });
    expect(story.heard().at(-1)).to.equal('alice ← 302');
    expect(story.alice.gotHeaders('reject')).to.deep.equal(['Contact: <sip:carol@192.0.2.3>']);
  });
});

describe('failover', () => {
  for (const status of [408, 500, 503]) {
    it(`goes to the next target by ${String(status)}`, () => {
      const story = new Story().invite({ sdp: 'offer', headers: ['X-MS-Custom-A: 1'] });
      story.bob.rejects(status, '');
      expect(story.heard()).to.deep.equal(['bob ← INVITE offer', 'carol ← INVITE offer']);
      expect(story.carol.gotHeaders('invite')).to.deep.equal(['X-MS-Custom-A: 1']);
      expect(story.timers()).to.deep.equal(['no-answer carol']);
      story.carol.answers({ sdp: 'answer' });
      expect(story.heard()).to.deep.equal(['alice ← 200 answer', 'carol ← ACK']);
    });
  }

  it('invites the next target with the data as it is by then', () => {
    const story = new Story().invite({
      headers: ['X-MS-Custom-Q: 1', 'X-MS-Custom-D: 1', 'User-to-User: 04aa', 'Subject: s'],
    });
    story.bob.rings(183, { headers: ['X-MS-Custom-FromBob: b'] });
    story.nowMs += 1;
    story.alice.sends('INFO', { headers: ['X-MS-Custom-q: 2', 'X-MS-Custom-D:', 'X-MS-Custom-N: new'] });
    story.bob.rejects(503, '');
    expect(story.carol.gotHeaders('invite')).to.deep.equal([
      'User-to-User: 04aa',
      'Subject: s',
      'X-MS-Custom-Q: 2',
      'X-MS-Custom-FromBob: b',
      'X-MS-Custom-N: new',
    ]);
  });

  it('invites the next target with the User-to-User that has replaced the first', () => {
    const story = new Story().invite({ headers: ['User-to-User: 04aa'] });
    story.nowMs += 1;
    story.bob.rings(183, { headers: ['User-to-User: 04bb'] });
    story.bob.rejects(503, '');
    expect(story.carol.gotHeaders('invite')).to.deep.equal(['User-to-User: 04bb']);
  });

  for (const status of [302, 404, 486, 600, 603]) {
    it(`stops by ${String(status)}`, () => {
      const story = new Story().invite();
      story.heard();
      story.bob.rejects(status, '');
      expect(story.heard()).to.deep.equal([`alice ← ${String(status)}`]);
    });
  }

  it('tells the caller what the last target said', () => {
    const story = new Story().invite();
    story.bob.rejects(503, '');
    story.carol.rejects(486, 'Busy Here');
    expect(story.heard().at(-1)).to.equal('alice ← 486');
    expect(story.noted('failedOver')).to.have.length(1);
  });
});

describe('requests under way with a target that fails', () => {
  const dtmf = { body: { contentType: 'application/dtmf', content: '5' } };

  it('are answered, so that nobody waits and the next target can be asked', () => {
    const story = new Story().invite({ sdp: 'offer' });
    story.bob.rings(183, { headers: ['Allow: UPDATE'] });
    story.alice.sends('UPDATE', { sdp: 'new' });
    story.bob.sends('INFO', dtmf);
    story.heard();
    story.bob.rejects(503, '');
    expect(story.heard()).to.deep.equal([
      'alice ← 480 to UPDATE',
      'bob ← 487 to INFO',
      'carol ← INVITE offer',
    ]);
    expect(story.call.relayed).to.deep.equal([]);
    story.alice.replies('INFO', 200);
    expect(story.heard()).to.deep.equal([]);
    story.carol.rings(183, { headers: ['Allow: UPDATE'] });
    story.alice.sends('UPDATE', { sdp: 'new' });
    expect(story.heard()).to.deep.equal(['alice ← 183', 'carol ← UPDATE new']);
  });

  it('wait for the next target when they waited for this one, but not those of its own', () => {
    const story = new Story().invite();
    story.alice.sends('INFO', dtmf);
    story.bob.sends('INFO', dtmf);
    story.heard();
    story.fires('no-answer', story.bob);
    expect(story.heard()).to.deep.equal(['bob ← CANCEL', 'bob ← 487 to INFO', 'carol ← INVITE']);
    story.carol.rings();
    expect(story.heard()).to.deep.equal(['alice ← 180', 'carol ← INFO application/dtmf']);
  });
});

describe('no answer', () => {
  it('cancels a target that rings too long and tries the next', () => {
    const story = new Story().invite();
    story.bob.rings();
    story.heard();
    story.fires('no-answer', story.bob);
    expect(story.heard()).to.deep.equal(['bob ← CANCEL', 'carol ← INVITE']);
    story.bob.rejects(487, 'Request Terminated');
    expect(story.heard()).to.deep.equal([]);
    story.carol.answers();
    expect(story.call.state).to.equal('answered');
    expect(story.call.leaving).to.deep.equal([]);
  });

  it('tells the caller 408 when nobody is left, and waits for the last response', () => {
    const story = new Story(onlyBob).invite();
    story.bob.rings();
    story.heard();
    story.fires('no-answer', story.bob);
    expect(story.heard()).to.deep.equal(['bob ← CANCEL', 'alice ← 408']);
    expect(story.bob.got('cancel').headers).to.deep.equal([
      { name: 'Reason', value: 'SIP;cause=408;text="No answer"' },
    ]);
    expect(story.noted('released')[0]).to.deep.include({
      verdict: { by: 'baton', why: 'no-answer', sipStatus: 408, atFault: 'callee' },
    });
    expect(story.timers()).to.include('linger');
    story.bob.rejects(487, '');
    expect(story.call.callee?.state.is).to.equal('ended');
  });

  it('ends an answer that crosses its CANCEL, while the next target rings', () => {
    const story = new Story().invite();
    story.fires('no-answer', story.bob);
    story.heard();
    story.bob.answers({ sdp: 'too late' });
    expect(story.heard()).to.deep.equal(['bob ← ACK', 'bob ← BYE']);
    expect(story.call.state).to.equal('inviting');
    story.carol.answers();
    expect(story.heard()).to.include('alice ← 200');
  });

  it('means nothing once the target has answered', () => {
    const story = new Story().established();
    story.fires('no-answer', story.bob);
    expect(story.heard()).to.deep.equal([]);
  });
});
