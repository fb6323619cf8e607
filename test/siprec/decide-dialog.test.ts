import { expect } from 'chai';
import { multipartFromParts } from '../../lib/siprec/multipart.ts';
import { alice, bob, carol, forkOf, metadataRequest, RecordedDialog, serverSdp } from './recorded-dialog.ts';

const failure = { code: 'recorder-timeout', reason: 'nobody waits' } as const;
const answered = (body = serverSdp()) =>
  ({ type: 'answered', status: 200, payload: { headers: [], body } }) as const;
const xml = 'application/rs-metadata+xml';
const sdp = 'application/sdp';

describe('a recording session, set up', () => {
  it('is a recording only after the server has said yes and rtpengine copies', () => {
    const recorded = new RecordedDialog();
    expect(recorded.happens({ type: 'begin' })).to.deep.equal(['fork']);
    expect(recorded.happens({ type: 'forked', fork: forkOf([alice, bob]) })).to.deep.equal([
      'invite sip:one@srs',
    ]);
    expect(recorded.signals({ type: 'progressed', status: 180 })).to.deep.equal([]);
    expect(recorded.signals(answered())).to.deep.equal(['acknowledge', 'connect']);
    expect(recorded.happens({ type: 'connected' })).to.deep.equal(['settle start']);
  });

  it('says what RFC 7866 wants of the INVITE', () => {
    const recorded = new RecordedDialog().start();
    const invite = recorded.effects.find(effect => effect.do === 'invite');
    expect(invite).to.include({ contactParams: ';+sip.src', to: '<sip:one@srs>' });
    expect(invite?.payload.headers).to.deep.include({ name: 'Require', value: 'siprec' });
    expect(recorded.lastPart('invite', sdp)).to.match(/a=sendonly\r\na=label:1[^]*a=sendonly\r\na=label:2/);
    expect(recorded.lastPart('invite', xml))
      .to.include('<name>100</name>')
      .and.to.include('<label>2</label>');
  });

  it('goes to the next server when one refuses, says nothing, or answers something useless', () => {
    const servers = ['sip:1@srs', 'sip:2@srs', 'sip:3@srs', 'sip:4@srs', 'sip:5@srs'];
    const recorded = new RecordedDialog(servers);
    recorded.happens({ type: 'begin' });
    recorded.happens({ type: 'forked', fork: forkOf([alice, bob]) });
    expect(recorded.signals({ type: 'rejected', status: 503, reason: 'Service Unavailable' })).to.deep.equal([
      'invite sip:2@srs',
    ]);
    expect(recorded.happens({ type: 'timerFired', timer: 'answer' })).to.deep.equal([
      'hangUp',
      'invite sip:3@srs',
    ]);
    expect(recorded.signals(answered(serverSdp(1)))).to.deep.equal([
      'acknowledge',
      'hangUp',
      'invite sip:4@srs',
    ]);
    expect(recorded.signals(answered(serverSdp(2, 'inactive')))).to.deep.equal([
      'acknowledge',
      'hangUp',
      'invite sip:5@srs',
    ]);
    expect(recorded.signals({ type: 'answered', status: 200 })).to.deep.equal([
      'acknowledge',
      'hangUp',
      'unfork',
      'settle start: recorder-failed',
    ]);
  });

  it('fails with what the last server did', () => {
    const recorded = new RecordedDialog(['sip:one@srs']);
    recorded.happens({ type: 'begin' });
    recorded.happens({ type: 'forked', fork: forkOf([alice, bob]) });
    expect(recorded.happens({ type: 'timerFired', timer: 'answer' })).to.include(
      'settle start: recorder-timeout',
    );
    expect(recorded.effects.at(-1)).to.have.nested.property(
      'failure.reason',
      'the recording server said: no answer in time',
    );
  });

  it('takes no notice of a leg that it has left', () => {
    const recorded = new RecordedDialog();
    recorded.happens({ type: 'begin' });
    recorded.happens({ type: 'forked', fork: forkOf([alice, bob]) });
    const { state } = recorded.dialog;
    const leg = 'leg' in state ? state.leg : undefined;
    recorded.happens({ type: 'timerFired', timer: 'answer' });
    expect(recorded.signals({ ...answered(), leg })).to.deep.equal([]);
  });

  const ends: [when: string, until: (recorded: RecordedDialog) => void, orders: string[]][] = [
    ['rtpengine is asked', () => undefined, ['unfork', 'settle start: recorder-timeout']],
    [
      'the server rings',
      recorded => recorded.happens({ type: 'forked', fork: forkOf([alice, bob]) }),
      ['unfork', 'hangUp', 'settle start: recorder-timeout'],
    ],
    [
      'rtpengine is told where to',
      recorded => {
        recorded.happens({ type: 'forked', fork: forkOf([alice, bob]) });
        recorded.signals(answered());
      },
      ['unfork', 'hangUp', 'settle start: recorder-timeout'],
    ],
  ];
  for (const [when, until, orders] of ends) {
    it(`leaves nothing behind when nobody waits any longer while ${when}`, () => {
      const recorded = new RecordedDialog();
      recorded.happens({ type: 'begin' });
      until(recorded);
      expect(recorded.happens({ type: 'giveUp', failure })).to.deep.equal(orders);
      expect(recorded.happens({ type: 'forked', fork: forkOf([alice, bob]) })).to.deep.equal([]);
      expect(recorded.signals(answered())).to.deep.equal([]);
    });
  }

  it('fails when rtpengine has nothing to copy, or gives what cannot be used', () => {
    const without = new RecordedDialog();
    without.happens({ type: 'begin' });
    const notAnchored = { code: 'not-anchored', reason: 'no media' } as const;
    expect(without.happens({ type: 'forkFailed', failure: notAnchored })).to.deep.equal([
      'unfork',
      'settle start: not-anchored',
    ]);
    const useless = new RecordedDialog();
    useless.happens({ type: 'begin' });
    const fork = { sdp: 'v=0', tagOfLabel: new Map<string, string>() };
    expect(useless.happens({ type: 'forked', fork })).to.include('settle start: recorder-failed');
  });
});

describe('a recording session that is up', () => {
  it('ends with BYE, and nothing is copied any more', () => {
    const recorded = new RecordedDialog().start();
    expect(recorded.happens({ type: 'stop' })).to.deep.equal(['unfork', 'hangUp']);
    expect(recorded.happens({ type: 'stop' })).to.deep.equal([]);
  });

  it('tells of hold and retrieve in a re-INVITE with the same SDP', () => {
    const recorded = new RecordedDialog().start();
    const before = recorded.lastPart('invite', sdp);
    const held = { type: 'partiesChanged', parties: [{ ...alice, held: true }, bob], fork: false } as const;
    expect(recorded.happens(held)).to.deep.equal(['request INVITE']);
    expect(recorded.lastPart('request', sdp)).to.equal(before);
    expect(recorded.lastPart('request', xml).match(/<recv>/g)).to.have.length(1);
    expect(recorded.responds(200, serverSdp())).to.deep.equal(['acknowledge', 'connect']);
    expect(recorded.happens({ type: 'connected' })).to.deep.equal([]);
    expect(recorded.happens(held)).to.deep.equal([]);
    expect(recorded.happens({ ...held, parties: [alice, bob] })).to.deep.equal(['request INVITE']);
    expect(recorded.lastPart('request', xml)).to.equal(recorded.lastPart('invite', xml));
  });

  it('follows a transfer to other media and tells who came and went', () => {
    const recorded = new RecordedDialog().start();
    expect(recorded.happens({ type: 'partiesChanged', parties: [alice, carol], fork: true })).to.deep.equal([
      'fork',
    ]);
    expect(recorded.happens({ type: 'forked', fork: forkOf([alice, carol], 41_000) })).to.deep.equal([
      'request INVITE',
    ]);
    expect(recorded.lastPart('request', sdp)).to.match(
      / 42 2 IN [^]*m=audio 41000 [^]*a=label:1[^]*m=audio 41002 [^]*a=label:2/,
    );
    const told = recorded.lastPart('request', xml);
    expect(told.match(/<participant /g)).to.have.length(3);
    expect(told.match(/<disassociate-time>/g)).to.have.length(2);
    expect(recorded.responds(200, serverSdp())).to.deep.equal(['acknowledge', 'connect']);
    expect(recorded.happens({ type: 'connected' })).to.deep.equal([]);
  });

  it('fails when the server does not take the streams of the new party', () => {
    const recorded = new RecordedDialog().start();
    recorded.happens({ type: 'partiesChanged', parties: [alice, carol], fork: true });
    recorded.happens({ type: 'forked', fork: forkOf([alice, carol], 41_000) });
    expect(recorded.responds(488)).to.deep.equal([
      'unfork',
      'hangUp',
      'failed: the recording server refused the streams (488)',
    ]);
  });

  it('goes on when the server does not want to be told', () => {
    const recorded = new RecordedDialog().start();
    recorded.happens({ type: 'partiesChanged', parties: [{ ...alice, held: true }, bob], fork: false });
    expect(recorded.responds(488)).to.deep.equal([]);
    expect(recorded.happens({ type: 'stop' })).to.deep.equal(['unfork', 'hangUp']);
  });

  it('asks rtpengine again when the media have changed, and the server only when that makes a difference', () => {
    const recorded = new RecordedDialog().start();
    expect(recorded.happens({ type: 'mediaChanged' })).to.deep.equal(['fork']);
    expect(recorded.happens({ type: 'forked', fork: forkOf([alice, bob]) })).to.deep.equal(['connect']);
    expect(recorded.happens({ type: 'connected' })).to.deep.equal([]);
    recorded.happens({ type: 'mediaChanged' });
    expect(recorded.happens({ type: 'forked', fork: forkOf([alice, bob], 42_000) })).to.deep.equal([
      'request INVITE',
    ]);
  });

  it('tells what changed meanwhile afterwards, once', () => {
    const recorded = new RecordedDialog().start();
    recorded.happens({ type: 'partiesChanged', parties: [{ ...alice, held: true }, bob], fork: false });
    const parties = [
      { ...alice, held: true },
      { ...bob, held: true },
    ];
    expect(recorded.happens({ type: 'partiesChanged', parties, fork: false })).to.deep.equal([]);
    expect(recorded.happens({ type: 'mediaChanged' })).to.deep.equal([]);
    expect(recorded.responds(200, serverSdp())).to.deep.equal(['acknowledge', 'connect']);
    expect(recorded.happens({ type: 'connected' })).to.deep.equal(['fork']);
    expect(recorded.happens({ type: 'forked', fork: forkOf([alice, bob]) })).to.deep.equal([
      'request INVITE',
    ]);
    recorded.responds(200, serverSdp());
    expect(recorded.happens({ type: 'connected' })).to.deep.equal([]);
  });

  it('copies nothing from the moment of a pause, and says so', () => {
    const recorded = new RecordedDialog().start();
    expect(recorded.happens({ type: 'pause' })).to.deep.equal(['unfork', 'request INVITE']);
    expect(recorded.lastPart('request', sdp)).to.include('a=inactive').and.to.not.include('a=sendonly');
    expect(recorded.responds(200, serverSdp(2, 'inactive'))).to.deep.equal(['acknowledge', 'settle pause']);
    expect(recorded.happens({ type: 'partiesChanged', parties: [alice, carol], fork: true })).to.deep.equal([
      'request INVITE',
    ]);
    expect(recorded.responds(200, serverSdp(2, 'inactive'))).to.deep.equal(['acknowledge']);
    expect(recorded.happens({ type: 'resume' })).to.deep.equal(['fork']);
    expect(recorded.happens({ type: 'forked', fork: forkOf([alice, carol], 43_000) })).to.deep.equal([
      'request INVITE',
    ]);
    expect(recorded.lastPart('request', sdp)).to.include('a=sendonly').and.to.not.include('a=inactive');
    expect(recorded.responds(200, serverSdp())).to.deep.equal(['acknowledge', 'connect']);
    expect(recorded.happens({ type: 'connected' })).to.deep.equal(['settle resume']);
  });

  it('is paused also when the server does not like it', () => {
    const recorded = new RecordedDialog().start();
    recorded.happens({ type: 'pause' });
    expect(recorded.responds(488)).to.deep.equal(['settle pause']);
  });

  it('stays paused when it cannot be resumed', () => {
    for (const fails of [
      (one: RecordedDialog) => one.happens({ type: 'forkFailed', failure }),
      (one: RecordedDialog) => one.happens({ type: 'giveUp', failure }),
      (one: RecordedDialog) => {
        one.happens({ type: 'forked', fork: forkOf([alice, bob]) });
        return one.responds(488);
      },
    ]) {
      const recorded = new RecordedDialog().start();
      recorded.happens({ type: 'pause' });
      recorded.responds(200, serverSdp(2, 'inactive'));
      recorded.happens({ type: 'resume' });
      expect(fails(recorded).slice(0, 2)).to.satisfy(
        ([first, second = '']: string[]) => first === 'unfork' && second.startsWith('settle resume: '),
      );
      expect(recorded.dialog).to.include({ paused: true, forked: false });
    }
  });

  it('tries again after a glare', () => {
    const recorded = new RecordedDialog().start();
    recorded.happens({ type: 'partiesChanged', parties: [{ ...alice, held: true }, bob], fork: false });
    expect(recorded.responds(491)).to.deep.equal([]);
    expect(recorded.effects.at(-1)).to.deep.equal({ do: 'startTimer', timer: 'retry', delayMs: 2_500 });
    expect(recorded.happens({ type: 'timerFired', timer: 'retry' })).to.deep.equal(['request INVITE']);
    expect(recorded.responds(500, undefined, [{ name: 'Retry-After', value: '1' }])).to.deep.equal([]);
    expect(recorded.happens({ type: 'timerFired', timer: 'retry' })).to.deep.equal(['request INVITE']);
  });

  const ends: [what: string, happens: (recorded: RecordedDialog) => string[], reason: string][] = [
    ['the server hangs up', one => one.signals({ type: 'hungUp' }), 'the recording server hung up'],
    ['the dialog is lost', one => one.signals({ type: 'lost', reason: 'no ACK' }), 'no ACK'],
    [
      'the server does not know the dialog any more',
      one => {
        one.happens({ type: 'partiesChanged', parties: [{ ...alice, held: true }, bob], fork: false });
        return one.responds(481);
      },
      'the recording server does not know of it any more (481)',
    ],
    [
      'the server answers no OPTIONS',
      one => {
        one.happens({ type: 'timerFired', timer: 'keepAlive' });
        return one.signals({
          type: 'responded',
          request: one.lastRequest('OPTIONS'),
          method: 'OPTIONS',
          status: 408,
        });
      },
      'the recording server is gone (408)',
    ],
    ['rtpengine has lost it', one => one.happens({ type: 'forkFailed', failure }), 'nobody waits'],
  ];
  for (const [what, happens, reason] of ends) {
    it(`has failed when ${what}`, () => {
      const orders = happens(new RecordedDialog().start());
      expect(orders).to.deep.equal(['unfork', 'hangUp', `failed: ${reason}`]);
    });
  }

  it('looks now and then whether server and rtpengine are still there', () => {
    const recorded = new RecordedDialog().start();
    expect(recorded.happens({ type: 'timerFired', timer: 'keepAlive' })).to.deep.equal([
      'request OPTIONS',
      'checkFork',
    ]);
    expect(recorded.effects.at(-1)).to.deep.equal({ do: 'startTimer', timer: 'keepAlive', delayMs: 30_000 });
    const request = recorded.lastRequest('OPTIONS');
    expect(recorded.signals({ type: 'responded', request, method: 'OPTIONS', status: 405 })).to.deep.equal(
      [],
    );
  });
});

describe('what a recording server asks for', () => {
  it('is answered: an offer of its own, which rtpengine follows', () => {
    const recorded = new RecordedDialog().start();
    expect(recorded.requests('INVITE', serverSdp(2, 'inactive'))).to.deep.equal(['respond 200', 'connect']);
    expect(recorded.lastPart('respond', sdp)).to.include('a=inactive').and.to.not.include('a=sendonly');
    const connect = recorded.effects.findLast(effect => effect.do === 'connect');
    expect(connect?.do === 'connect' && connect.sdp).to.include('m=audio 0 ');
    expect(recorded.happens({ type: 'connected' })).to.deep.equal([]);
    expect(recorded.requests('UPDATE', serverSdp())).to.deep.equal(['respond 200', 'connect']);
    expect(recorded.lastPart('respond', sdp)).to.not.include('a=inactive');
  });

  it('is answered: an INVITE without SDP, whose ACK brings the answer', () => {
    const recorded = new RecordedDialog().start();
    expect(recorded.requests('INVITE')).to.deep.equal(['respond 200']);
    expect(recorded.lastPart('respond', sdp)).to.include('a=sendonly');
    const payload = { headers: [], body: serverSdp() };
    expect(recorded.signals({ type: 'acknowledged', request: 'theirs', payload })).to.deep.equal(['connect']);
    recorded.happens({ type: 'connected' });
    recorded.requests('INVITE', undefined, 'another');
    expect(recorded.signals({ type: 'withdrawn', request: 'another' })).to.deep.equal([]);
    expect(recorded.requests('UPDATE', serverSdp())).to.deep.equal(['respond 200', 'connect']);
  });

  it('is told everything again when it asks for it', () => {
    const recorded = new RecordedDialog().start();
    expect(recorded.requests('UPDATE', metadataRequest)).to.deep.equal(['respond 200', 'request INVITE']);
    const asking = multipartFromParts([
      { ...serverSdp(), disposition: '' },
      { ...metadataRequest, disposition: 'recording-session' },
    ]);
    recorded.responds(200, asking);
    expect(recorded.happens({ type: 'connected' })).to.deep.equal([]);
  });

  it('is told everything again when it asks for it in its answer to the INVITE', () => {
    const recorded = new RecordedDialog();
    recorded.happens({ type: 'begin' });
    recorded.happens({ type: 'forked', fork: forkOf([alice, bob]) });
    const asking = multipartFromParts([
      { ...serverSdp(), disposition: '' },
      { ...metadataRequest, disposition: 'recording-session' },
    ]);
    recorded.signals(answered(asking));
    expect(recorded.happens({ type: 'connected' })).to.deep.equal(['settle start', 'request INVITE']);
  });

  it('has to wait while an offer of ours is under way', () => {
    const recorded = new RecordedDialog().start();
    recorded.happens({ type: 'partiesChanged', parties: [{ ...alice, held: true }, bob], fork: false });
    expect(recorded.requests('INVITE', serverSdp())).to.deep.equal(['respond 491']);
  });

  it('may offer while rtpengine is asked, and after a glare', () => {
    const recorded = new RecordedDialog().start();
    recorded.requests('INVITE', serverSdp(2, 'inactive'));
    expect(recorded.requests('INVITE', serverSdp())).to.deep.equal(['respond 200']);
    expect(recorded.happens({ type: 'connected' })).to.deep.equal(['connect']);
    expect(recorded.happens({ type: 'connected' })).to.deep.equal([]);
    const glared = new RecordedDialog().start();
    glared.happens({ type: 'partiesChanged', parties: [{ ...alice, held: true }, bob], fork: false });
    glared.responds(491);
    expect(glared.requests('INVITE', serverSdp(2, 'inactive'))).to.deep.equal(['respond 200']);
    expect(glared.requests('INVITE')).to.deep.equal(['respond 491']);
    expect(glared.happens({ type: 'timerFired', timer: 'retry' })).to.deep.equal(['request INVITE']);
    expect(glared.requests('UPDATE', serverSdp())).to.deep.equal(['respond 491']);
  });

  const others: [method: string, status: number][] = [
    ['OPTIONS', 200],
    ['UPDATE', 200],
    ['INFO', 405],
    ['REFER', 405],
  ];
  for (const [method, status] of others) {
    it(`is answered ${status}: ${method}`, () => {
      const recorded = new RecordedDialog().start();
      expect(recorded.requests(method)).to.deep.equal([`respond ${status}`]);
    });
  }

  it('is refused: SDP of other streams', () => {
    const recorded = new RecordedDialog().start();
    expect(recorded.requests('INVITE', serverSdp(3))).to.deep.equal(['respond 488']);
  });

  it('keeps silent what is paused, whatever it offers', () => {
    const recorded = new RecordedDialog().start();
    recorded.happens({ type: 'pause' });
    recorded.responds(200, serverSdp(2, 'inactive'));
    expect(recorded.requests('INVITE', serverSdp())).to.deep.equal(['respond 200']);
    expect(recorded.lastPart('respond', sdp)).to.not.include('a=sendonly');
  });
});
