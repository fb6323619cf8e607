import { expect } from 'chai';
import { BOB, ClientRecorder, request, response } from './doubles.ts';
import { type Loss, PairedWire } from './paired-wire.ts';

const firstOf =
  (...names: string[]): Loss =>
  (name, count) =>
    names.includes(name) && count === 1;

const untilThe =
  (last: number, name: string): Loss =>
  (lost, count) =>
    lost === name && count < last;

describe('two transaction layers over a wire that loses', () => {
  const failures: { what: string; lost: Loss; log: string }[] = [
    { what: 'nothing', lost: () => false, log: 'INVITE 100 486 ACK' },
    { what: 'the INVITE', lost: firstOf('INVITE'), log: '(INVITE) INVITE 100 486 ACK' },
    { what: 'the 100', lost: firstOf('100'), log: 'INVITE (100) 486 ACK' },
    { what: 'the 486', lost: firstOf('486'), log: 'INVITE 100 (486) 486 ACK' },
    { what: 'the ACK', lost: firstOf('ACK'), log: 'INVITE 100 486 (ACK) 486 ACK' },
    { what: 'five 486', lost: untilThe(6, '486'), log: 'INVITE 100 (486) (486) (486) (486) (486) 486 ACK' },
  ];
  for (const { what, lost, log } of failures) {
    it(`a rejected INVITE, losing ${what}`, () => {
      const wire = new PairedWire(lost);
      wire.bobUser.onRequest = transaction => {
        transaction.respond(response(transaction.request, 486, 'Busy Here'));
      };
      const alice = new ClientRecorder();
      wire.alice.startClient(request({ sentBy: '192.0.2.1' }), BOB, alice);
      wire.timers.advance(120_000);
      expect(wire.log.join(' ')).to.equal(log);
      expect(alice.told).to.deep.equal(['486 bob', 'ended']);
      expect(wire.bobUser.told).to.deep.equal(['INVITE', 'INVITE ended']);
      expect(wire.isEmpty).to.equal(true);
    });
  }

  const byes: { what: string; lost: Loss; log: string }[] = [
    { what: 'nothing', lost: () => false, log: 'BYE 200' },
    { what: 'the BYE', lost: firstOf('BYE'), log: '(BYE) BYE 200' },
    { what: 'the 200', lost: firstOf('200'), log: 'BYE (200) BYE 200' },
    { what: 'both', lost: firstOf('BYE', '200'), log: '(BYE) BYE (200) BYE 200' },
  ];
  for (const { what, lost, log } of byes) {
    it(`a BYE, losing ${what}`, () => {
      const wire = new PairedWire(lost);
      wire.bobUser.onRequest = transaction => {
        transaction.respond(response(transaction.request, 200, 'OK'));
      };
      const alice = new ClientRecorder();
      wire.alice.startClient(request({ method: 'BYE', toTag: 'bob' }), BOB, alice);
      wire.timers.advance(120_000);
      expect(wire.log.join(' ')).to.equal(log);
      expect(alice.told).to.deep.equal(['200 bob', 'ended']);
      expect(wire.bobUser.told).to.deep.equal(['BYE', 'BYE ended']);
      expect(wire.isEmpty).to.equal(true);
    });
  }

  const cancels: { what: string; lost: Loss }[] = [
    { what: 'nothing', lost: () => false },
    { what: 'the CANCEL', lost: firstOf('CANCEL') },
    { what: 'the 200 to CANCEL', lost: firstOf('200') },
    { what: 'the 487', lost: firstOf('487') },
    { what: 'the ACK', lost: firstOf('ACK') },
    { what: 'the first of everything', lost: (_name, count) => count === 1 },
  ];
  for (const { what, lost } of cancels) {
    it(`a cancelled INVITE, losing ${what}`, () => {
      const wire = new PairedWire(lost);
      wire.bobUser.onRequest = transaction => {
        transaction.user = {
          receiveCancel: () => transaction.respond(response(transaction.request, 487, 'Request Terminated')),
          serverFailed: failure => wire.bobUser.told.push(`failed: ${failure}`),
          serverEnded: () => wire.bobUser.told.push('INVITE ended'),
        };
      };
      const alice = new ClientRecorder();
      const invite = wire.alice.startClient(request(), BOB, alice);
      wire.timers.advance(100);
      invite.cancel([]);
      wire.timers.advance(120_000);
      expect(alice.told).to.deep.equal(['487 bob', 'ended']);
      expect(wire.bobUser.told).to.deep.equal(['INVITE', 'INVITE ended']);
      expect(wire.isEmpty).to.equal(true);
    });
  }

  it('everything in one direction: both ends give up and keep nothing', () => {
    const wire = new PairedWire(name => name !== 'INVITE');
    wire.bobUser.onRequest = transaction => {
      transaction.respond(response(transaction.request, 503, 'Service Unavailable'));
    };
    const alice = new ClientRecorder();
    wire.alice.startClient(request(), BOB, alice);
    wire.timers.advance(120_000);
    expect(alice.told).to.deep.equal(['failed: timeout', 'ended']);
    expect(wire.bobUser.told).to.deep.equal(['INVITE', 'INVITE failed: no-ack', 'INVITE ended']);
    expect(wire.isEmpty).to.equal(true);
  });
});
