import { expect } from 'chai';
import { type Profile, profileOf, profileWith } from '../../lib/attached-data/profile.ts';
import { compileRename } from '../../lib/attached-data/rename.ts';
import type { Dn } from '../../lib/call/ids.ts';
import type { Trunk } from '../../lib/routing/trunk.ts';
import { pairs, Story, textOf, trunk } from './support/story.ts';

const plain = profileOf('plain');
const audioCodes = profileWith('plain', { uuiHeader: 'X-User-to-User' });
const encoded = profileWith('plain', { percentEncode: true });

/** Alice's trunk, and that of Bob and Carol. */
function story(alice: Partial<Trunk>, others: Partial<Trunk>): Story {
  const trunks = [
    trunk({ name: 'alice', sources: ['127.0.0.1/32'], notify: 'none', ...alice }),
    trunk({ name: 'others', sources: ['192.0.2.0/24'], notify: 'none', ...others }),
  ];
  return new Story({ routing: { trunks } });
}

const profiles = (alice: Profile, others: Profile) => story({ profile: alice }, { profile: others });

function writes(told: Story, key: string, value: string, scope: 'call' | 'sip' | 'uui' = 'call'): void {
  told.feed({
    type: 'dataRequested',
    operation: { operation: 'update', entries: [{ key, type: 'string', value, scope }] },
    thirdPartyDn: 'crm' as Dn,
  });
}

describe('a call between profiles', () => {
  it('has User-to-User in its data as it came', () => {
    const call = profiles(profileOf('acs-dr'), profileOf('avaya')).invite({
      headers: ['User-To-User: jason'],
    });
    expect(call.bob.gotHeaders('invite')).to.deep.equal(['User-To-User: 046A61736F6E;encoding=hex']);
    expect(pairs(call.call.data)).to.deep.equal({ UUI: 'jason' });
  });

  it('never fails for bad User-to-User, and tells of it', () => {
    const call = profiles(plain, profileOf('avaya')).invite({ headers: ['User-to-User: zz;encoding=hex'] });
    expect(call.bob.gotHeaders('invite')).to.deep.equal(['User-to-User: zz;encoding=hex']);
    expect(call.noted('dropped')).to.deep.equal([
      { note: 'dropped', leg: call.bob.leg, drops: [{ key: 'UUI', code: 'not-converted' }] },
    ]);
  });

  it('keeps what is too long for a trunk in its data', () => {
    const value = `04${'41'.repeat(97)};encoding=hex`;
    const call = profiles(plain, profileOf('avaya')).invite({ headers: [`User-to-User: ${value}`] });
    expect(call.bob.gotHeaders('invite')).to.deep.equal([]);
    expect(pairs(call.call.data)).to.deep.equal({ UUI: value });
    expect(call.noted('dropped')[0]?.drops).to.deep.equal([{ key: 'UUI', code: 'uui-too-long' }]);
  });
});

describe('a trunk with X-User-to-User', () => {
  it('brings User-to-User, also to the BYE', () => {
    const call = profiles(audioCodes, plain).established({ headers: ['X-User-to-User: 41;encoding=hex'] });
    expect(call.bob.gotHeaders('invite')).to.deep.equal(['User-to-User: 0441;encoding=hex']);
    expect(pairs(call.call.data)).to.deep.equal({ UUI: '0441;encoding=hex' });
    call.alice.hangsUp({ headers: ['X-User-to-User: 42;encoding=hex'] });
    expect(textOf(call.bob.got('hangUp').headers)).to.deep.equal(['User-to-User: 0442;encoding=hex']);
  });

  it('gets it on an UPDATE, on which the other trunk gets none', () => {
    const allow = { headers: ['Allow: INVITE, UPDATE'] };
    const toIt = profiles(plain, audioCodes).established(allow, allow);
    toIt.alice.sends('UPDATE', { headers: ['User-to-User: 0443;encoding=hex'] });
    expect(toIt.bob.gotHeaders('request')).to.deep.equal(['X-User-to-User: 43;encoding=hex']);
    const fromIt = profiles(audioCodes, plain).established(allow, allow);
    fromIt.alice.sends('UPDATE', { headers: ['X-User-to-User: 43;encoding=hex'] });
    expect(fromIt.bob.gotHeaders('request')).to.deep.equal([]);
  });
});

describe('a trunk that percent-encodes', () => {
  it('has values decoded in the data, and gets them encoded', () => {
    const call = profiles(encoded, encoded).invite({ headers: ['X-MS-Custom-Name: John%20Doe'] });
    expect(pairs(call.call.data)).to.deep.equal({ Name: 'John Doe' });
    expect(call.bob.gotHeaders('invite')).to.deep.equal(['X-MS-Custom-Name: John%20Doe']);
  });

  it('gets what has changed meanwhile encoded once', () => {
    const call = profiles(encoded, encoded).invite({
      headers: ['X-MS-Custom-Name: John%20Doe', 'X-Other: %41'],
    });
    writes(call, 'Rate', '100%', 'sip');
    call.bob.rejects(503, '');
    expect(call.carol.gotHeaders('invite')).to.deep.equal([
      'X-Other: %41',
      'X-MS-Custom-Name: John%20Doe',
      'X-MS-Custom-Rate: 100%25',
    ]);
  });
});

describe("a trunk's own names", () => {
  const cvp = { rename: compileRename({ CaseId: 'X-CVP-Case' }), dataHeaders: ['X-CVP-Case'] };
  const desk = {
    rename: compileRename({ CaseId: 'X-MS-Custom-Ticket', Note: 'X-Note' }),
    dataHeaders: ['X-Note'],
  };

  it('are keys in the data, and the names of the other trunk there', () => {
    const call = story(cvp, desk).invite({ headers: ['x-cvp-case: 42', 'X-Other: 1'] });
    expect(pairs(call.call.data)).to.deep.equal({ CaseId: '42' });
    expect(call.bob.gotHeaders('invite')).to.deep.equal(['X-MS-Custom-Ticket: 42', 'X-Other: 1']);
    call.bob.answers({ headers: ['X-MS-Custom-ticket: 43'] });
    expect(call.alice.gotHeaders('answer')).to.deep.equal(['X-CVP-Case: 43']);
    expect(pairs(call.call.data)).to.deep.equal({ CaseId: '43' });
  });

  it('are spelled as they came where the other trunk has none', () => {
    const call = story(cvp, {}).invite({ headers: ['x-cvp-case: 42'] });
    expect(call.bob.gotHeaders('invite')).to.deep.equal(['x-cvp-case: 42']);
  });

  it('name keys of headers, not of bodies', () => {
    const call = story(cvp, {}).established();
    call.alice.sends('INFO', {
      body: { contentType: 'application/json', content: '{"userData": {"X-CVP-Case": "1"}}' },
    });
    expect(pairs(call.call.data)).to.deep.equal({ 'X-CVP-Case': '1' });
  });

  it('give a pair of a third party its header on the next INVITE', () => {
    const call = story(cvp, desk).invite({ headers: ['X-CVP-Case: 42'] });
    writes(call, 'Note', 'call back');
    call.bob.rejects(503, '');
    expect(call.carol.gotHeaders('invite')).to.deep.equal(['X-MS-Custom-Ticket: 42', 'X-Note: call back']);
  });

  it('count as data for the limits of a trunk', () => {
    const acs = { ...desk, profile: profileOf('acs-dr') };
    const call = story({}, acs).invite({ headers: ['X-MS-Custom-Note: a b'] });
    expect(call.bob.gotHeaders('invite')).to.deep.equal([]);
    expect(call.noted('dropped')[0]?.drops.map(({ code }) => code)).to.deep.equal(['acs-charset']);
  });
});
