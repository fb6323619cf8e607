import { expect } from 'chai';
import fc from 'fast-check';
import type { DialogEffect } from '../../lib/siprec/dialog.ts';
import { alice, bob, carol, forkOf, RecordedDialog, serverSdp } from './recorded-dialog.ts';

const failure = { code: 'recorder-failed', reason: 'chance' } as const;
const moves = [
  'fork',
  'forkFails',
  'accept',
  'refuse',
  'glare',
  'gone',
  'silence',
  'retry',
  'hold',
  'transfer',
  'media',
  'pause',
  'resume',
  'offer',
  'hangUp',
  'stop',
  'giveUp',
] as const;
type Move = (typeof moves)[number];

/** A recording dialog between an rtpengine and servers that do what chance says, as far as it is their turn. */
class World {
  readonly recorded = new RecordedDialog(['sip:1@srs', 'sip:2@srs', 'sip:3@srs']);
  /** What rtpengine has been asked for, oldest first. */
  readonly asked: ('fork' | 'connect')[] = [];
  /** INVITEs without final response. */
  inviting: 'first' | 'again' | undefined;
  starts = 0;
  failures = 0;
  retrying = false;
  readonly waiting = new Set<string>();
  #seen = 0;

  constructor() {
    this.recorded.happens({ type: 'begin' });
    this.#learn();
  }

  get over(): boolean {
    return this.recorded.dialog.state.is === 'over';
  }

  play(move: Move): void {
    const endedWith = this.over ? this.#seen : undefined;
    this.#make(move);
    if (endedWith !== undefined)
      expect(this.recorded.effects, 'nothing after the end').to.have.length(endedWith);
    this.#learn();
  }

  #make(move: Move): void {
    const { recorded, asked } = this;
    const body = serverSdp();
    switch (move) {
      case 'fork': {
        const next = asked.shift();
        if (next === 'fork') recorded.happens({ type: 'forked', fork: forkOf([alice, bob]) });
        else if (next === 'connect') recorded.happens({ type: 'connected' });
        break;
      }
      case 'forkFails':
        if (asked.shift() !== undefined) recorded.happens({ type: 'forkFailed', failure });
        break;
      case 'accept':
        if (this.inviting === 'first')
          recorded.signals({ type: 'answered', status: 200, payload: { headers: [], body } });
        else if (this.inviting === 'again') recorded.responds(200, body);
        break;
      case 'refuse':
        if (this.inviting === 'first') recorded.signals({ type: 'rejected', status: 503 });
        else if (this.inviting === 'again') recorded.responds(488);
        break;
      case 'glare':
      case 'gone':
        if (this.inviting === 'again') recorded.responds(move === 'gone' ? 481 : 491);
        break;
      case 'silence':
        if (this.inviting === 'first') recorded.happens({ type: 'timerFired', timer: 'answer' });
        break;
      case 'retry':
        if (this.retrying) recorded.happens({ type: 'timerFired', timer: 'retry' });
        this.retrying = false;
        break;
      case 'hold':
        recorded.happens({ type: 'partiesChanged', parties: [{ ...alice, held: true }, bob], fork: false });
        break;
      case 'transfer':
        recorded.happens({ type: 'partiesChanged', parties: [alice, carol], fork: true });
        break;
      case 'media':
        recorded.happens({ type: 'mediaChanged' });
        break;
      case 'offer':
        if (recorded.dialog.state.is === 'up') recorded.requests('INVITE', serverSdp(2, 'inactive'));
        break;
      case 'hangUp':
        if (this.inviting !== 'first') recorded.signals({ type: 'hungUp' });
        break;
      case 'giveUp':
        recorded.happens({ type: 'giveUp', failure });
        break;
      default:
        if (move !== 'stop' && recorded.dialog.state.is === 'up') this.waiting.add(move);
        recorded.happens({ type: move });
    }
  }

  #learn(): void {
    const fresh = this.recorded.effects.slice(this.#seen);
    this.#seen = this.recorded.effects.length;
    for (const effect of fresh) this.#note(effect);
    if (this.over) this.inviting = undefined;
  }

  #note(effect: DialogEffect): void {
    if (effect.do === 'fork' || effect.do === 'connect') {
      expect(
        this.asked.filter(one => one === 'connect'),
        'one connect at a time',
      ).to.have.length.below(2);
      this.asked.push(effect.do);
    } else if (effect.do === 'invite') this.#begin('first');
    else if (effect.do === 'request' && effect.method === 'INVITE') this.#begin('again');
    else if (effect.do === 'acknowledge' || effect.do === 'hangUp') this.inviting = undefined;
    else if (effect.do === 'note' && effect.note.note !== 'serverTook') this.inviting = undefined;
    else if (effect.do === 'startTimer' && effect.timer === 'retry') this.retrying = true;
    else if (effect.do === 'failed') this.failures += 1;
    else if (effect.do === 'settle' && effect.what === 'start') this.starts += 1;
    else if (effect.do === 'settle') this.waiting.delete(effect.what);
  }

  #begin(which: 'first' | 'again'): void {
    // RFC 3261 §14.1.
    expect(this.inviting, 'one INVITE at a time').to.equal(undefined);
    this.inviting = which;
  }
}

describe('a recording session, whatever happens in whatever order', () => {
  it('has one INVITE at a time, one outcome, and comes to rest', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...moves), { maxLength: 60 }), played => {
        const world = new World();
        for (const move of played) world.play(move);
        expect(world.starts).to.be.at.most(1);
        expect(world.failures).to.be.at.most(1);
        for (let rounds = 0; rounds < 20; rounds += 1)
          for (const move of ['fork', 'accept', 'retry'] as const) world.play(move);
        const { state, paused, forked, asked } = world.recorded.dialog;
        if (world.over) {
          expect([...world.waiting]).to.deep.equal([]);
          return;
        }
        expect(state).to.deep.include({ is: 'up', doing: { is: 'nothing' } });
        expect([asked, forked, world.starts, world.failures]).to.deep.equal([undefined, !paused, 1, 0]);
        expect([...world.waiting], 'nobody waits for ever').to.deep.equal([]);
      }),
      { numRuns: 1_000 },
    );
  });
});
