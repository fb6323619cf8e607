import { expect } from 'chai';
import type { Entry } from '../../../lib/attached-data/entry.ts';
import { decide } from '../../../lib/call/decide.ts';
import type { RequestId } from '../../../lib/call/signal.ts';
import type { EventAttachedDataChanged } from '../../../lib/events/event.ts';
import { pairs, Story, trunk } from '../support/story.ts';

const json = (userData: unknown) => ({
  body: { contentType: 'application/json', content: JSON.stringify({ userData }) },
});

function changed(options?: ConstructorParameters<typeof Story>[0]): Story {
  const story = new Story(options).established();
  story.alice.sends('INFO', json({ n: 1 }));
  story.heard();
  return story;
}

const outcomes = (story: Story) => story.noted('notification').map(({ outcome }) => outcome);

describe('telling a leg', () => {
  it('waits for the answer before the next event, leg by leg', () => {
    const story = changed();
    story.alice.sends('INFO', json({ n: 2 }));
    story.alice.sends('INFO', json({ n: 3 }));
    expect(story.heard()).to.deep.equal(['alice ← 200 to INFO', 'alice ← 200 to INFO']);
    story.bob.replies('INFO', 200);
    expect(story.heard()).to.deep.equal(['bob ← INFO event']);
    story.bob.replies('INFO', 200);
    story.bob.replies('INFO', 200);
    expect(story.bob.told().map(event => pairs(event.UserData))).to.deep.equal([
      { n: 1 },
      { n: 2 },
      { n: 3 },
    ]);
    expect(story.alice.told()).to.have.length(1);
    expect(story.timers()).to.deep.equal(['notify-timeout alice']);
  });

  it('holds back nothing else', () => {
    const story = changed();
    story.alice.sends('INFO', { body: { contentType: 'application/dtmf', content: '1' } });
    story.alice.sends('INVITE', { sdp: 'hold' });
    story.alice.hangsUp();
    expect(story.heard()).to.include.members([
      'bob ← INFO application/dtmf',
      'bob ← INVITE hold',
      'bob ← BYE',
    ]);
  });

  it('goes on when an answer does not come in time', () => {
    const story = changed();
    story.alice.sends('INFO', json({ n: 2 }));
    story.heard();
    story.fires('notify-timeout', story.bob);
    expect(story.heard()).to.deep.equal(['bob ← INFO event']);
    expect(outcomes(story)).to.deep.equal(['timeout']);
  });

  it('counts what was delivered, and how long it took', () => {
    const story = changed();
    story.nowMs += 12;
    story.bob.replies('INFO', 200);
    expect(story.noted('notification')).to.deep.equal([
      { note: 'notification', leg: story.bob.leg, outcome: 'delivered', status: 200, tookMs: 12 },
    ]);
  });

  it('sends nothing to a leg whose Allow does not list INFO', () => {
    const story = new Story().established({}, { headers: ['Allow: INVITE, ACK', 'Allow: BYE'] });
    story.alice.sends('INFO', json({ n: 1 }));
    expect(story.heard()).to.deep.equal(['alice ← 200 to INFO', 'alice ← INFO event']);
    expect(outcomes(story)).to.deep.equal(['skipped']);
    expect(story.changes).to.have.length(2);
  });

  it('learns Allow from every message', () => {
    const story = new Story().established({}, { headers: ['Allow: INVITE'] });
    story.bob.sends('OPTIONS', { headers: ['allow: invite, Info'] });
    story.alice.sends('INFO', json({ n: 1 }));
    expect(story.heard()).to.include('bob ← INFO event');
  });

  it('sends nothing to a trunk with notify none', () => {
    const quiet = trunk({ name: 'quiet', sources: ['192.0.2.2/32'], notify: 'none' });
    const story = new Story({ routing: { trunks: [quiet] } }).established();
    story.alice.sends('INFO', json({ n: 1 }));
    expect(story.heard()).to.not.include('bob ← INFO event');
    expect(outcomes(story)).to.deep.equal([]);
  });

  for (const status of [405, 415, 469, 489, 501]) {
    it(`ends for the leg with ${String(status)}, and the call goes on`, () => {
      const story = changed();
      story.alice.sends('INFO', json({ n: 2 }));
      story.bob.replies('INFO', status);
      story.alice.sends('INFO', json({ n: 3 }));
      expect(story.bob.told()).to.have.length(1);
      expect(outcomes(story)).to.deep.equal(['refused', 'skipped', 'skipped']);
      story.alice.replies('INFO', 200);
      expect(story.alice.told()).to.have.length(2);
      expect(story.call.state).to.equal('established');
    });
  }

  for (const status of [400, 403, 404, 480, 486, 500, 503, 603]) {
    it(`goes on after ${String(status)}`, () => {
      const story = changed();
      story.alice.sends('INFO', json({ n: 2 }));
      story.heard();
      story.bob.replies('INFO', status);
      expect(story.heard()).to.deep.equal(['bob ← INFO event']);
      expect(outcomes(story)).to.deep.equal(['refused']);
    });
  }

  for (const status of [481, 408]) {
    it(`asks by OPTIONS after ${String(status)}; a dialog that is gone releases both legs`, () => {
      const story = changed();
      story.alice.sends('INFO', json({ n: 2 }));
      story.heard();
      story.bob.replies('INFO', status);
      expect(story.heard()).to.deep.equal(['bob ← OPTIONS']);
      story.bob.replies('OPTIONS', status);
      expect(story.heard()).to.deep.equal(['bob ← BYE', 'alice ← BYE']);
      expect(story.noted('released')[0]).to.deep.include({
        leg: story.bob.leg,
        verdict: { by: 'network', why: 'lost', sipStatus: 200, atFault: 'callee' },
      });
    });

    it(`goes on after ${String(status)} when the dialog is there`, () => {
      const story = changed();
      story.alice.sends('INFO', json({ n: 2 }));
      story.bob.replies('INFO', status);
      story.heard();
      story.bob.replies('OPTIONS', 405);
      expect(story.heard()).to.deep.equal(['bob ← INFO event']);
      expect(story.call.state).to.equal('established');
    });
  }

  it('asks as well when the INFO was given up before its 408', () => {
    const story = changed();
    story.fires('notify-timeout', story.bob);
    story.bob.replies('INFO', 408);
    expect(story.heard()).to.deep.equal(['bob ← OPTIONS']);
    expect(outcomes(story)).to.deep.equal(['timeout']);
  });

  it('drops the oldest of too many', () => {
    const story = changed({ env: { notify: { maxBytes: 800, queueLimit: 2, timeoutMs: 1000 } } });
    story.alice.replies('INFO', 405);
    for (const n of [2, 3, 4]) story.alice.sends('INFO', json({ n }));
    for (let answered = 0; answered < 3; answered += 1) story.bob.replies('INFO', 200);
    expect(story.bob.told().map(event => pairs(event.UserData))).to.deep.equal([
      { n: 1 },
      { n: 3 },
      { n: 4 },
    ]);
    expect(outcomes(story).filter(outcome => outcome === 'dropped')).to.have.length(1);
  });

  it('keeps entries of scope voip off SIP, and shows them to the other consumers', () => {
    const story = new Story().established();
    const from = { party: 'carol', atMs: 1 };
    const data: Entry[] = [{ key: 'Callback', type: 'string', value: 'u', scope: 'voip', from }];
    const signal = {
      type: 'requested',
      leg: story.alice.leg,
      request: 'in1' as RequestId,
      method: 'INFO',
      payload: { headers: [], ...json({ CaseId: 1 }) },
    } as const;
    const { effects, events } = decide({ ...story.call, data }, signal, story.nowMs, story.env);
    const bodies = effects.flatMap(effect => (effect.do === 'request' ? [effect.payload.body?.content] : []));
    expect(
      bodies.map(body => pairs((JSON.parse(body ?? '') as EventAttachedDataChanged).UserData)),
    ).to.deep.equal([{ CaseId: 1 }, { CaseId: 1 }]);
    expect(events.map(event => pairs(event.UserData ?? []))).to.deep.equal([
      { Callback: 'u', CaseId: 1 },
      { Callback: 'u', CaseId: 1 },
    ]);
  });

  it('tells only what the trunk wants to know', () => {
    const shy = trunk({
      name: 'shy',
      sources: ['192.0.2.2/32'],
      notifyKeys: { allow: ['Case*'], deny: ['CaseSecret'] },
    });
    const story = new Story({ routing: { trunks: [shy] } }).established();
    story.alice.sends('INFO', json({ CaseId: 1, CaseSecret: 2, Other: 3 }));
    expect(pairs(story.bob.told()[0]?.UserData ?? [])).to.deep.equal({ CaseId: 1 });
    expect(pairs(story.alice.told()[0]?.UserData ?? [])).to.deep.equal({
      CaseId: 1,
      CaseSecret: 2,
      Other: 3,
    });
  });

  describe('by our Info Package', () => {
    const pbx = trunk({ name: 'pbx', sources: ['192.0.2.2/32'], notify: 'info-package' });
    const called = (bob: string[]) =>
      new Story({ routing: { trunks: [pbx] } }).established({}, { headers: bob });

    it('names the package and says that the body is its', () => {
      const story = called(['Recv-Info: foo, baton-attached-data']);
      story.alice.sends('INFO', json({ n: 1 }));
      expect(story.bob.gotHeaders('request')).to.deep.equal(['Info-Package: baton-attached-data']);
      expect(story.bob.got('request').payload.body?.more).to.deep.equal([
        { name: 'Content-Disposition', value: 'Info-Package' },
      ]);
      expect(pairs(story.bob.told()[0]?.UserData ?? [])).to.deep.equal({ n: 1 });
    });

    for (const [title, headers] of [
      ['said nothing', []],
      ['lists others', ['Recv-Info: foo']],
      ['lists nil', ['Recv-Info: nil']],
      ['lists it and takes no INFO', ['Recv-Info: baton-attached-data', 'Allow: INVITE']],
    ] as const) {
      it(`sends nothing to a leg that ${title}`, () => {
        const story = called([...headers]);
        story.alice.sends('INFO', json({ n: 1 }));
        expect(story.heard()).to.deep.equal(['alice ← 200 to INFO', 'alice ← INFO event']);
        expect(outcomes(story)).to.deep.equal(['skipped']);
      });
    }

    it('follows what the leg says later', () => {
      const story = called(['Recv-Info: nil']);
      story.bob.sends('UPDATE', { headers: ['Recv-Info: baton-attached-data'] });
      story.alice.sends('INFO', json({ n: 1 }));
      expect(story.bob.told()).to.have.length(1);
    });
  });

  it('over UDP tells only the change when all would be too much', () => {
    const big = 'x'.repeat(700);
    const story = new Story().established({ headers: [`X-MS-Custom-Big: ${big}`] });
    story.alice.sends('INFO', json({ n: 1 }));
    const [event] = story.bob.told();
    expect(pairs(event?.UserData ?? [])).to.deep.equal({ n: 1 });
    expect(event?.Extensions).to.deep.equal([{ UserDataTruncated: true }]);
  });

  it('over a stream tells all', () => {
    const big = 'x'.repeat(700);
    const story = new Story({
      routing: { routes: [{ targets: ['sip:bob@192.0.2.2;transport=tcp'] }] },
      source: { protocol: 'tcp' },
    }).established({ headers: [`X-MS-Custom-Big: ${big}`] });
    story.alice.sends('INFO', json({ n: 1 }));
    for (const party of [story.alice, story.bob]) {
      expect(pairs(party.told()[0]?.UserData ?? [])).to.deep.equal({ Big: big, n: 1 });
    }
  });

  it('stops with the call', () => {
    const story = changed();
    story.alice.hangsUp();
    expect(story.timers()).to.deep.equal([]);
    story.bob.replies('INFO', 481);
    story.fires('notify-timeout', story.bob);
    expect(story.heard()).to.deep.equal(['bob ← BYE']);
  });
});
