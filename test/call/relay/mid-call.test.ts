import { expect } from 'chai';
import { Story, trunk } from '../support/story.ts';

const dtmf = { contentType: 'application/dtmf-relay', content: 'Signal=5' };

describe('a request within the call', () => {
  for (const [by, other] of [
    ['alice', 'bob'],
    ['bob', 'alice'],
  ] as const) {
    for (const method of ['INFO', 'MESSAGE', 'NOTIFY']) {
      it(`${method} from ${by} goes to ${other}, and the answer back`, () => {
        const story = new Story().established();
        story[by].sends(method, { body: dtmf, headers: ['X-A: 1', 'Via: v', 'Event: talk', 'Supported: x'] });
        expect(story.heard()).to.deep.equal([`${other} ← ${method} application/dtmf-relay`]);
        const kept = method === 'NOTIFY' ? ['X-A: 1', 'Event: talk'] : ['X-A: 1'];
        expect(story[other].gotHeaders('request')).to.deep.equal(kept);
        story[other].replies(method, 202, { headers: ['X-B: 2'] }, 'Fine');
        expect(story.heard()).to.deep.equal([`${by} ← 202 to ${method}`]);
        expect(story[by].got('respond')).to.include({ reason: 'Fine' });
        expect(story[by].gotHeaders('respond')).to.deep.equal(['X-B: 2']);
        expect(story.call.relayed).to.deep.equal([]);
      });
    }
  }

  for (const [given, expected] of [
    ['Max-Forwards: 5', 4],
    ['X-A: 1', 70],
  ] as const) {
    it(`goes on with one hop less: ${given}`, () => {
      const story = new Story().established();
      story.alice.sends('MESSAGE', { headers: [given] });
      expect(story.bob.got('request').maxForwards).to.equal(expected);
    });
  }

  it('without a hop left is answered 483', () => {
    const story = new Story().established();
    story.alice.sends('INVITE', { sdp: 'hold', headers: ['Max-Forwards: 0'] });
    expect(story.heard()).to.deep.equal(['alice ← 483 to INVITE']);
  });

  it('OPTIONS is answered here, with what Baton serves', () => {
    const story = new Story().established();
    story.bob.sends('OPTIONS');
    expect(story.heard()).to.deep.equal(['bob ← 200 to OPTIONS']);
    expect(story.bob.got('respond').payload.headers.map(({ name }) => name)).to.deep.equal([
      'Allow',
      'Accept',
      'Supported',
    ]);
  });

  for (const method of ['PRACK', 'PUBLISH', 'FOO']) {
    it(`${method} is answered 405 with Allow`, () => {
      const story = new Story().established();
      story.alice.sends(method, { headers: ['Require: 100rel'] });
      expect(story.heard()).to.deep.equal([`alice ← 405 to ${method}`]);
      expect(story.alice.got('respond').payload.headers.map(({ name }) => name)).to.deep.equal(['Allow']);
    });
  }

  it('with Require of something unsupported is answered 420', () => {
    const story = new Story().established();
    story.alice.sends('INVITE', { sdp: 'hold', headers: ['Require: timer', 'require: uui, 100rel'] });
    expect(story.heard()).to.deep.equal(['alice ← 420 to INVITE']);
    expect(story.alice.gotHeaders('respond')).to.deep.equal(['Unsupported: timer, 100rel']);
  });

  it('INFO of a package that nobody agreed upon is answered 469, and the call stays', () => {
    const story = new Story().established();
    story.alice.sends('INFO', { headers: ['Info-Package: nope'], body: dtmf });
    expect(story.heard()).to.deep.equal(['alice ← 469 to INFO']);
    expect(story.alice.gotHeaders('respond')).to.deep.equal(['Recv-Info: nil']);
    expect(story.call.state).to.equal('established');
  });

  describe('of a neighbour that is told by our Info Package', () => {
    const pbx = trunk({ name: 'pbx', sources: ['192.0.2.2/32'], notify: 'info-package' });
    const called = () => new Story({ routing: { trunks: [pbx] } }).established();
    const ours = ['Info-Package: Baton-Attached-Data;v=1', 'Content-Disposition: Info-Package'];

    it('offers and answers say which package we take, and other neighbours are told of none', () => {
      const story = called();
      const recvInfo = (headers: readonly string[]) => headers.filter(line => line.startsWith('Recv-Info'));
      expect(recvInfo(story.bob.gotHeaders('invite'))).to.deep.equal(['Recv-Info: baton-attached-data']);
      expect(recvInfo(story.alice.gotHeaders('answer'))).to.deep.equal([]);
      story.alice.sends('INVITE', { sdp: 'hold' });
      expect(recvInfo(story.bob.gotHeaders('request'))).to.deep.equal(['Recv-Info: baton-attached-data']);
      story.bob.replies('INVITE', 200, { sdp: 'held', headers: ['Recv-Info: foo'] });
      expect(recvInfo(story.alice.gotHeaders('respond'))).to.deep.equal([]);
      story.bob.sends('UPDATE');
      expect(recvInfo(story.bob.gotHeaders('respond'))).to.deep.equal(['Recv-Info: baton-attached-data']);
    });

    it('an event in our package is answered 200, neither applied nor relayed', () => {
      const story = called();
      const body = { contentType: 'application/vnd.baton.event+json', content: '{"UserData":[]}' };
      story.bob.sends('INFO', { headers: ours, body });
      expect(story.heard()).to.deep.equal(['bob ← 200 to INFO']);
    });

    it('data in our package is applied', () => {
      const story = called();
      const body = { contentType: 'application/json', content: '{"userData":{"n":1}}' };
      story.bob.sends('INFO', { headers: ours, body });
      expect(story.heard()).to.include.members(['bob ← 200 to INFO', 'alice ← INFO event']);
    });

    it('our package without anything in it is answered 200 all the same', () => {
      const story = called();
      story.bob.sends('INFO', { headers: ours });
      expect(story.heard()).to.deep.equal(['bob ← 200 to INFO']);
    });

    it('another body in our package is answered 415', () => {
      const story = called();
      story.bob.sends('INFO', { headers: [...ours, `Content-Type: ${dtmf.contentType}`], body: dtmf });
      expect(story.heard()).to.deep.equal(['bob ← 415 to INFO']);
    });

    it('an unknown package is answered 469 with ours', () => {
      const story = called();
      story.bob.sends('INFO', { headers: ['Info-Package: nope'] });
      expect(story.heard()).to.deep.equal(['bob ← 469 to INFO']);
      expect(story.bob.gotHeaders('respond')).to.deep.equal(['Recv-Info: baton-attached-data']);
    });

    it('an INFO without package is legacy and goes on', () => {
      const story = called();
      story.bob.sends('INFO', { body: dtmf });
      expect(story.heard()).to.deep.equal(['alice ← INFO application/dtmf-relay']);
    });
  });
});
