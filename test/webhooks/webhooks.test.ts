import { expect } from 'chai';
import { afterRealTime } from '../../lib/engine/control/after.ts';
import { EventRing } from '../../lib/stream/event-ring.ts';
import { type TargetSettings, Webhooks } from '../../lib/webhooks/webhooks.ts';
import { eventually } from '../support/eventually.ts';
import { WebhookReceiver } from '../../support/webhook-receiver.ts';
import { changeOf } from '../../support/sample-change.ts';
import { LogRecorder, MetricsRecorder } from './support.ts';

describe('webhooks', function () {
  this.timeout(20_000);
  let receivers: WebhookReceiver[];
  let ring: EventRing;
  let webhooks: Webhooks;
  let metrics: MetricsRecorder;

  beforeEach(async () => {
    receivers = await Promise.all([WebhookReceiver.open(), WebhookReceiver.open()]);
    ring = new EventRing({ run: '00c0ffee', maxEvents: 10, maxBytes: 1_000_000 });
    metrics = new MetricsRecorder();
  });

  afterEach(async () => {
    await webhooks.stop(0);
    await Promise.all(receivers.map(receiver => receiver.close()));
  });

  function start(...targets: readonly Partial<TargetSettings>[]): void {
    webhooks = new Webhooks({
      targets: targets.map((target, index) => ({
        name: `target${index}`,
        url: receivers[index]?.url ?? '',
        secret: receivers[index]?.secret ?? '',
        filter: {},
        timeoutMs: 5_000,
        maxAttempts: 50,
        backoff: { firstMs: 1, maxMs: 2 },
        queue: { maxEvents: 1_000, maxBytes: 10_000_000 },
        maxInFlight: 4,
        ...target,
      })),
      ring,
      source: 'baton/n1',
      metrics,
      log: new LogRecorder(),
      after: afterRealTime,
      nowMs: Date.now,
      random: Math.random,
    });
  }

  it('tell every receiver what it asked for', async () => {
    start({ filter: { dn: ['bob'] } }, { tenant: 'other' });
    ring.publish(changeOf('1', { ThisDN: 'alice' }));
    ring.publish(changeOf('2', { ThisDN: 'bob' }));
    ring.publish(changeOf('3', { ConnID: '0123456789abcdef@other:n1' as never, ThisDN: 'carol' }));
    await Promise.all(receivers.map(receiver => receiver.count(1)));
    expect(receivers.map(({ ids }) => ids)).to.deep.equal([['00c0ffee-2'], ['00c0ffee-3']]);
  });

  it('keep the order of each call, and lose nothing, although the ring is small and the receiver fails at times', async () => {
    start({});
    const [crm] = receivers;
    if (crm === undefined) throw new Error('no receiver');
    crm.reply = (_, number) =>
      number % 7 === 0 ? { status: 503 } : number % 11 === 0 ? 'break' : { status: 204 };
    for (let number = 1; number <= 300; number += 1) {
      ring.publish(changeOf(`${number}`, { ConnID: `${number % 5}@acme:n1` as never }));
    }
    await eventually(() => metrics.seconds.length === 300, 'all 300 are delivered');
    expect(crm.faults).to.deep.equal([]);
    const order = new Map<unknown, number[]>();
    for (const { event } of crm.received) {
      const numbers = order.get(event['subject']) ?? [];
      order.set(event['subject'], numbers);
      numbers.push(Number(String(event['id']).slice(9)));
    }
    for (const numbers of order.values()) {
      expect(numbers).to.deep.equal(numbers.toSorted((one, other) => one - other));
      // A second delivery of what was answered 503 comes right after the first.
      expect(new Set(numbers).size).to.equal(60);
    }
    expect(crm.mostOpen).to.be.at.most(4);
  });

  it('go out for several calls at once, and for one call one after the other', async () => {
    start({ timeoutMs: 60_000 });
    const [crm] = receivers;
    if (crm === undefined) throw new Error('no receiver');
    crm.reply = () => 'hang';
    for (let number = 0; number < 12; number += 1) {
      ring.publish(changeOf(`${number}`, { ConnID: `${number % 6}@acme:n1` as never }));
    }
    await crm.count(4);
    expect(crm.received.map(({ event }) => event['subject'])).to.have.members(
      [0, 1, 2, 3].map(call => `${call}@acme:n1`),
    );
    await webhooks.stop(0);
    await crm.hungUp();
  });

  it('let a receiver that hangs harm nobody else', async () => {
    start({ timeoutMs: 60_000 }, {});
    const [hanging, crm] = receivers;
    if (hanging === undefined || crm === undefined) throw new Error('no receiver');
    hanging.reply = () => 'hang';
    for (let number = 1; number <= 50; number += 1) ring.publish(changeOf(`${number}`));
    await eventually(() => metrics.seconds.length === 50, 'the other has all 50');
    expect(hanging.received).to.have.length(1);
    await webhooks.stop(0);
    await hanging.hungUp();
    expect(metrics.gaveUp).to.have.members(['shutting-down 49', 'shutting-down 1']);
  });
});
