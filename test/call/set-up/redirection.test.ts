import { expect } from 'chai';
import { Story, trunk } from '../support/story.ts';

const pbx = trunk({ name: 'pbx', sources: ['192.0.2.0/24'], redirects: 'follow' });
const routing = { routes: [{ targets: ['sip:bob@192.0.2.2'] }], trunks: [pbx] };

function redirected(...contacts: readonly string[]): Story {
  const story = new Story({ routing }).invite({ sdp: 'offer', headers: ['X-MS-Custom-A: 1'] });
  story.heard();
  story.bob.rejects(302, 'Moved', { headers: contacts.map(contact => `Contact: ${contact}`) });
  return story;
}

describe('a redirection', () => {
  it('of a trunk that has it followed leads to the next target, and the caller hears nothing of it', () => {
    const story = redirected('<sip:carol@192.0.2.3>');
    expect(story.heard()).to.deep.equal(['carol ← INVITE offer']);
    expect(story.carol.got('invite').requestUri).to.equal('sip:carol@192.0.2.3');
    expect(story.noted('failedOver')[0]).to.deep.include({
      verdict: { by: 'callee', why: 'redirected', sipStatus: 302, atFault: 'none' },
    });
    story.carol.answers();
    expect(story.heard()).to.deep.equal(['alice ← 200', 'carol ← ACK']);
  });

  it('goes to the caller where it is not followed', () => {
    const story = new Story({ routing: { routes: routing.routes } }).invite();
    story.heard();
    story.bob.rejects(302, 'Moved', { headers: ['Contact: <sip:carol@192.0.2.3>'] });
    expect(story.heard()).to.deep.equal(['alice ← 302']);
    expect(story.alice.gotHeaders('reject')).to.deep.equal(['Contact: <sip:carol@192.0.2.3>']);
  });

  it('to several is tried in the order of their q', () => {
    const story = redirected('<sip:bob@192.0.2.4>;q=0.1, <sip:bob@192.0.2.5>;q=0.5', '<sip:carol@192.0.2.3>');
    expect(story.carol.got('invite').requestUri).to.equal('sip:carol@192.0.2.3');
    expect(story.call.targets.map(({ requestUri }) => requestUri)).to.deep.equal([
      'sip:bob@192.0.2.5',
      'sip:bob@192.0.2.4',
    ]);
  });

  const unfit: [what: string, contact: string][] = [
    ['to a scheme that is not served', '<mailto:carol@192.0.2.3>'],
    ['to nothing that can be read', '<sip:'],
    ['to nobody who may be called from there', '<sip:carol@198.51.100.1>'],
  ];
  for (const [what, contact] of unfit) {
    it(`${what} goes to the caller`, () => {
      const story = new Story({
        routing: { ...routing, anyTarget: 'never' },
      }).invite();
      story.heard();
      story.bob.rejects(302, 'Moved', { headers: [`Contact: ${contact}`] });
      expect(story.heard()).to.deep.equal(['alice ← 302']);
    });
  }

  it('that brings data changes the data of the call, in the name of who redirects', () => {
    const story = redirected('<sip:carol@192.0.2.3?X-MS-Custom-A=2&X-MS-Custom-B=3>');
    expect(story.carol.gotHeaders('invite')).to.deep.equal(['X-MS-Custom-A: 2', 'X-MS-Custom-B: 3']);
    story.carol.answers();
    story.alice.acknowledges();
    expect(story.changes[0]).to.deep.include({ ThirdPartyDN: 'bob', ThisDN: 'alice' });
  });

  it('brings the data of the address that is called first, not of one that stands before it or may not be called', () => {
    const story = new Story({ routing: { ...routing, anyTarget: 'never' } }).invite();
    const contacts = [
      '<sip:bob@192.0.2.2?X-MS-Custom-A=last>;q=0.1',
      '<sip:carol@198.51.100.1?X-MS-Custom-A=foreign>;q=1',
      '<sip:carol@192.0.2.2?X-MS-Custom-A=best>;q=0.5',
    ];
    story.bob.rejects(302, 'Moved', { headers: contacts.map(contact => `Contact: ${contact}`) });
    expect(story.carol.got('invite').requestUri).to.equal('sip:carol@192.0.2.2');
    expect(story.carol.gotHeaders('invite')).to.deep.equal(['X-MS-Custom-A: best']);
  });

  it('in a circle ends after five', () => {
    const story = new Story({ routing }).invite();
    story.heard();
    for (let round = 0; round < 5; round += 1) {
      story.bob.rejects(302, 'Moved', { headers: ['Contact: <sip:bob@192.0.2.2>'] });
      expect(story.heard()).to.deep.equal(['bob ← INVITE']);
    }
    story.bob.rejects(302, 'Moved', { headers: ['Contact: <sip:bob@192.0.2.2>'] });
    expect(story.heard()).to.deep.equal(['alice ← 302']);
  });

  it('tells the caller and who redirects, and names each to the other', () => {
    const story = redirected('<sip:carol@192.0.2.3>');
    const [diverted] = story.events.filter(({ id }) => id === 'EventDiverted');
    const [changed] = story.events.filter(({ id }) => id === 'EventPartyChanged');
    expect(diverted).to.include({ ThisDN: 'bob', OtherDN: 'alice', ThirdPartyDN: 'carol' });
    expect(changed).to.include({ ThisDN: 'alice', OtherDN: 'carol', ThirdPartyDN: 'bob' });
  });
});
