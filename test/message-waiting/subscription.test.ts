import { expect } from 'chai';
import fc from 'fast-check';
import type { Messages } from '../../lib/agents/agent.ts';
import type { Dn } from '../../lib/call/ids.ts';
import type { LegId, RequestId, SignallingEffect } from '../../lib/call/signal.ts';
import {
  changed,
  notified,
  refreshed,
  type Step,
  stopped,
  subscribed,
  type Subscription,
  wakeAtMs,
  woken,
} from '../../lib/message-waiting/subscription.ts';

/** Bob's phone, and what it hears. */
class Phone {
  nowMs = 1_000_000;
  messages: Messages | undefined;
  subscription: Subscription | undefined;
  /** NOTIFYs that it has not answered. */
  readonly open: { readonly request: RequestId; readonly state: string; readonly body: string }[] = [];
  readonly heard: string[] = [];
  #requests = 0;

  subscribes(expiresS = 600, id?: string): this {
    const event = { package: 'message-summary', id };
    const place = { tenant: 'acme', dn: '2001' as Dn, account: 'sip:2001@pbx' };
    return this.#take(subscribed({ leg: 'bob' as LegId, ...place, event }, expiresS, this));
  }

  refreshes(expiresS: number): this {
    this.#requests += 1;
    const request = `refresh-${this.#requests}` as RequestId;
    return this.#on(known => refreshed(known, { request, expiresS }, this));
  }

  gets(messages: Messages | undefined): this {
    this.messages = messages;
    return this.#on(known => changed(known, this));
  }

  answers(status: number, retryAfterS?: number): this {
    const asked = this.open.shift();
    if (asked === undefined) return this;
    return this.#on(known => notified(known, { request: asked.request, status, retryAfterS }, this));
  }

  passes(ms: number): this {
    this.nowMs += ms;
    const atMs = this.subscription && wakeAtMs(this.subscription);
    if (atMs !== undefined && atMs <= this.nowMs) this.#on(known => woken(known, this));
    return this;
  }

  stops(): this {
    return this.#on(known => stopped(known, this));
  }

  /** What it has heard since it was asked last. */
  hears(): string[] {
    return this.heard.splice(0);
  }

  #on(step: (known: Subscription) => Step): this {
    return this.subscription === undefined ? this : this.#take(step(this.subscription));
  }

  #take({ subscription, effects }: Step): this {
    this.subscription = subscription;
    for (const effect of effects) this.#hear(effect);
    return this;
  }

  #hear(effect: SignallingEffect): void {
    if (effect.do === 'request') {
      const { request, payload } = effect;
      const state = payload.headers.find(({ name }) => name === 'Subscription-State')?.value ?? '';
      const body = payload.body?.content ?? '';
      this.open.push({ request, state, body });
      const line = /^Voice-Message: (.*)\r$/m.exec(body)?.[1];
      this.heard.push(`${state} ${line ?? /^Messages-Waiting: (.*)\r$/m.exec(body)?.[1] ?? ''}`);
    } else if (effect.do === 'answer' || effect.do === 'respond') {
      const expires = effect.payload.headers.find(({ name }) => name === 'Expires')?.value ?? '';
      this.heard.push(`${effect.status} for ${expires}`);
    } else this.heard.push(effect.do);
  }
}

const subscriber = (): Phone => {
  const phone = new Phone().subscribes().answers(200);
  phone.hears();
  return phone;
};

describe('a subscription to messages', () => {
  it('is granted and told at once', () => {
    expect(new Phone().subscribes(600).hears()).to.deep.equal(['200 for 600', 'active;expires=600 no']);
  });

  it('tells once what there is when it is for no time', () => {
    const phone = new Phone();
    phone.messages = { fresh: 1 };
    expect(phone.subscribes(0).hears()).to.deep.equal(['200 for 0', 'terminated;reason=timeout 1/0']);
    expect(phone.answers(200).hears()).to.deep.equal(['hangUp']);
    expect(phone.subscription).to.equal(undefined);
  });

  it('tells what changes, with the time that is left', () => {
    const phone = subscriber().passes(10_500);
    expect(phone.gets({ fresh: 2, old: 8 }).hears()).to.deep.equal(['active;expires=590 2/8']);
    expect(phone.answers(200).gets(undefined).hears()).to.deep.equal(['active;expires=590 no']);
  });

  it('says in each NOTIFY which subscription it is of', () => {
    const step = subscribed(
      {
        leg: 'bob' as LegId,
        tenant: 'acme',
        dn: '2001' as Dn,
        account: 'sip:2001@pbx',
        event: { package: 'message-summary', id: '7' },
      },
      60,
      { nowMs: 0, messages: undefined },
    );
    const headers = step.effects.flatMap(effect => (effect.do === 'request' ? effect.payload.headers : []));
    expect(headers).to.deep.include({ name: 'Event', value: 'message-summary;id=7' });
  });

  it('tells by one NOTIFY what has changed while another was under way', () => {
    const phone = subscriber().gets({ fresh: 1 });
    phone.hears();
    expect(phone.gets({ fresh: 2 }).gets({ fresh: 3 }).hears()).to.deep.equal([]);
    expect(phone.answers(200).hears()).to.deep.equal(['active;expires=600 3/0']);
    expect(phone.answers(200).hears()).to.deep.equal([]);
  });

  it('lasts anew after a refresh, and is told again', () => {
    const phone = subscriber().passes(500_000).refreshes(300);
    expect(phone.hears()).to.deep.equal(['200 for 300', 'active;expires=300 no']);
    expect(phone.answers(200).passes(299_999).hears()).to.deep.equal([]);
    expect(phone.passes(1).hears()).to.deep.equal(['terminated;reason=timeout no']);
  });

  it('ends when its time is over', () => {
    const phone = subscriber().passes(600_000);
    expect(phone.hears()).to.deep.equal(['terminated;reason=timeout no']);
    expect(phone.gets({ fresh: 1 }).hears()).to.deep.equal([]);
    expect(phone.answers(200).hears()).to.deep.equal(['hangUp']);
  });

  it('ends by a refresh for no time', () => {
    expect(subscriber().refreshes(0).hears()).to.deep.equal(['200 for 0', 'terminated;reason=timeout no']);
  });

  it('ends when we stop, and its phone is asked to come again', () => {
    expect(subscriber().stops().hears()).to.deep.equal(['terminated;reason=probation;retry-after=10 no']);
  });

  it('tells its end after the NOTIFY that was under way', () => {
    const phone = subscriber().gets({ fresh: 1 }).passes(600_000);
    expect(phone.hears()).to.deep.equal(['active;expires=600 1/0']);
    expect(phone.answers(200).hears()).to.deep.equal(['terminated;reason=timeout 1/0']);
  });

  for (const status of [481, 408, 404, 486, 500, 603]) {
    it(`is over when its NOTIFY is answered ${status}`, () => {
      expect(subscriber().gets({}).answers(status).hears().at(-1)).to.equal('hangUp');
    });
  }

  it('tells again later when that is asked for, and then what there is', () => {
    const phone = subscriber().gets({ fresh: 1 }).answers(480, 5);
    phone.hears();
    expect(phone.gets({ fresh: 2 }).passes(4999).hears()).to.deep.equal([]);
    expect(phone.passes(1).hears()).to.deep.equal(['active;expires=595 2/0']);
  });

  it('tells again when nothing could be sent, and gives up after three in a row', () => {
    const phone = subscriber().gets({ fresh: 1 });
    for (let failures = 1; failures < 3; failures += 1) {
      phone.answers(503);
      phone.hears();
      expect(phone.passes(32_000).hears()).to.have.length(1);
    }
    expect(phone.answers(503).hears()).to.deep.equal(['hangUp']);
  });

  it('does not take the answer to another NOTIFY for one', () => {
    const { subscription } = subscriber().gets({});
    if (subscription === undefined) throw new Error('no subscription');
    const answer = { request: 'other' as RequestId, status: 481, retryAfterS: undefined };
    const step = notified(subscription, answer, { nowMs: 0, messages: undefined });
    expect(step).to.deep.equal({ subscription, effects: [], outcome: undefined });
  });

  const happening = fc.oneof(
    fc.record({ messages: fc.record({ fresh: fc.nat(3) }) }),
    fc.record({ status: fc.constantFrom(200, 202, 503) }),
    fc.record({ passMs: fc.nat(40_000) }),
    fc.record({ refreshS: fc.constantFrom(60, 600) }),
  );

  it('has told all there is in the end, whatever has happened, by one NOTIFY at a time', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), story => {
        const phone = subscriber();
        let told = '';
        for (const each of story) {
          if ('messages' in each) phone.gets(each.messages);
          else if ('passMs' in each) phone.passes(each.passMs);
          else if ('refreshS' in each) phone.refreshes(each.refreshS);
          else {
            if (each.status < 300) told = phone.open[0]?.body ?? told;
            phone.answers(each.status);
          }
          expect(phone.open.length).to.be.at.most(1);
        }
        const wasThere = phone.subscription?.is === 'active';
        for (let round = 0; round < 3 && phone.subscription?.is === 'active'; round += 1) {
          told = phone.open[0]?.body ?? told;
          phone.answers(200).passes(32_000);
        }
        // That of its end says it too.
        told = phone.open[0]?.body ?? told;
        const says = phone.messages === undefined ? '' : `Voice-Message: ${phone.messages.fresh}/0`;
        if (wasThere) expect(told).to.include(says);
      }),
    );
  });
});
