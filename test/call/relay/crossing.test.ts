import { expect } from 'chai';
import { compileKeyPolicy, openKeyPolicy } from '../../../lib/attached-data/key-policy.ts';
import { type Crossing, crossingHeaders } from '../../../lib/call/relay/crossing.ts';
import { neighbourWithoutTrunk } from '../../../lib/routing/who-is.ts';
import { lines, textOf, trunk } from '../support/story.ts';

const plain = neighbourWithoutTrunk('acme');

function crossed(headers: readonly string[], how: Partial<Crossing> = {}): string[] {
  const crossing = {
    from: plain,
    to: plain,
    message: 'INVITE',
    inDialog: false,
    initialInviteHadUui: false,
    keys: openKeyPolicy,
    ...how,
  };
  return textOf(crossingHeaders(lines(headers), crossing).headers);
}

describe('what crosses from leg to leg', () => {
  const crosses = [
    ...['P-Asserted-Identity', 'Privacy', 'Diversion', 'History-Info', 'Reason', 'Session-ID', 'Call-Info'],
    ...[
      'Alert-Info',
      'Subject',
      'Accept-Language',
      'X-Anything',
      'P-Unknown',
      'Max-Breadth',
      'Identity',
      'Referred-By',
    ],
  ];
  for (const name of crosses) {
    it(name, () => {
      expect(crossed([`${name}: v`])).to.deep.equal([`${name}: v`]);
    });
  }
});

describe('what never crosses', () => {
  const stays = [
    ...[
      'Via',
      'v',
      'Route',
      'Record-Route',
      'Path',
      'Contact',
      'm',
      'Call-ID',
      'i',
      'CSeq',
      'From',
      'f',
      'To',
      't',
    ],
    ...[
      'Content-Type',
      'Content-Length',
      'Content-Encoding',
      'c',
      'l',
      'e',
      'Max-Forwards',
      'Supported',
      'k',
    ],
    ...[
      'Require',
      'Proxy-Require',
      'Allow',
      'Session-Expires',
      'x',
      'Min-SE',
      'RSeq',
      'RAck',
      'Replaces',
      'Join',
    ],
    ...[
      'Recv-Info',
      'Info-Package',
      'Event',
      'o',
      'Authorization',
      'Proxy-Authorization',
      'WWW-Authenticate',
    ],
    ...['Proxy-Authenticate', 'CONTACT'],
  ];
  for (const name of stays) {
    it(name, () => {
      expect(crossed([`${name}: v`, 'X-A: 1'])).to.deep.equal(['X-A: 1']);
    });
  }

  it('a line with CR, LF or NUL in it', () => {
    const headers = ['a\rb', 'a\nb', 'a\0b'].map(value => ({ name: 'X-A', value }));
    const crossing = {
      from: plain,
      to: plain,
      message: 'INVITE',
      inDialog: false,
      initialInviteHadUui: false,
      keys: openKeyPolicy,
    };
    expect(crossingHeaders(headers, crossing).headers).to.deep.equal([]);
  });

  it('what one of the trunks blocks', () => {
    const blocking = trunk({ name: 'b', blockHeaders: ['x-internal'] });
    const headers = ['X-Internal: 1', 'X-A: 2'];
    expect(crossed(headers, { from: blocking })).to.deep.equal(['X-A: 2']);
    expect(crossed(headers, { to: blocking })).to.deep.equal(['X-A: 2']);
  });
});

describe('under a key policy', () => {
  const keys = compileKeyPolicy([
    { key: 'Case', out: 'X-Case' },
    { key: 'Note', out: 'User-to-User' },
    { key: 'Score', write: [] },
  ]);

  it('a line goes on under the name of its rule, and not at all when no party writes it', () => {
    const headers = ['X-Other: 0', 'X-MS-Custom-Case: 1', 'X-MS-Custom-Score: 2'];
    expect(crossed(headers, { keys })).to.deep.equal(['X-Other: 0', 'X-Case: 1']);
    expect(crossed(headers, { keys, message: '486/INVITE' })).to.deep.equal(['X-Other: 0', 'X-Case: 1']);
  });

  it('what becomes User-to-User goes only where that may stand', () => {
    const headers = ['X-MS-Custom-Note: 00ab;encoding=hex'];
    expect(crossed(headers, { keys })).to.deep.equal(['User-to-User: 00ab;encoding=hex']);
    expect(crossed(headers, { keys, inDialog: true })).to.deep.equal([]);
  });

  it('what a trunk blocks does not cross under its own name, nor under that of its rule', () => {
    for (const name of ['x-ms-custom-case', 'x-case']) {
      const blocking = trunk({ name: 'b', blockHeaders: [name] });
      expect(crossed(['X-MS-Custom-Case: 1'], { keys, to: blocking })).to.deep.equal([]);
    }
  });
});

describe('what the message itself is made of', () => {
  it('a NOTIFY keeps Event and Subscription-State', () => {
    const headers = ['Event: talk', 'Subscription-State: active'];
    expect(crossed(headers, { message: 'NOTIFY', inDialog: true })).to.deep.equal(headers);
  });

  it('a redirection keeps Contact', () => {
    expect(crossed(['Contact: <sip:c@h>'], { message: '302/INVITE' })).to.deep.equal(['Contact: <sip:c@h>']);
  });
});

describe('User-to-User', () => {
  const isdn = ['User-to-User: 04aa;encoding=hex', 'User-to-User: 04bb;purpose=isdn-uui;encoding=hex'];
  const other = ['User-to-User: 1234;purpose=call-center;encoding=hex'];
  const rides: [string, boolean, boolean, boolean][] = [
    ['INVITE', false, false, true],
    ['180/INVITE', false, false, true],
    ['200/INVITE', false, false, true],
    ['302/INVITE', false, false, true],
    ['486/INVITE', false, false, false],
    ['INVITE', true, true, false],
    ['200/INVITE', true, true, false],
    ['UPDATE', true, true, false],
    ['INFO', true, true, false],
    ['MESSAGE', true, true, false],
    ['BYE', true, true, true],
    ['BYE', true, false, false],
  ];
  for (const [message, inDialog, initialInviteHadUui, may] of rides) {
    const where = `${inDialog ? 'later ' : ''}${message}${initialInviteHadUui ? ' after an INVITE with it' : ''}`;
    it(`of the default package ${may ? 'rides' : 'does not ride'} on ${where}`, () => {
      for (const value of isdn) {
        expect(crossed([value], { message, inDialog, initialInviteHadUui })).to.deep.equal(
          may ? [value] : [],
        );
      }
    });
  }

  it('of another package rides on everything', () => {
    for (const message of ['INVITE', 'UPDATE', 'INFO', 'BYE']) {
      expect(crossed(other, { message, inDialog: true })).to.deep.equal(other);
    }
  });
});
