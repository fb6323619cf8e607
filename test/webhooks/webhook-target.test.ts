import { expect } from 'chai';
import type { Answer } from '../../lib/webhooks/endpoint.ts';
import { type TargetOptions, WebhookTarget } from '../../lib/webhooks/webhook-target.ts';
import { unlimited } from '../stream/support.ts';
import {
  answered,
  EndpointDouble,
  FakeTime,
  LogRecorder,
  MetricsRecorder,
  settled,
  stored,
} from './support.ts';

const timeout: Answer = { kind: 'failed', why: 'timeout' };

describe('a webhook target', () => {
  let crm: EndpointDouble;
  let metrics: MetricsRecorder;
  let log: LogRecorder;
  let time: FakeTime;
  let target: WebhookTarget;

  function makeTarget(other: Partial<TargetOptions> = {}): void {
    crm = new EndpointDouble();
    metrics = new MetricsRecorder();
    log = new LogRecorder();
    time = new FakeTime();
    target = new WebhookTarget({
      name: 'crm',
      endpoint: crm,
      source: 'baton/n1',
      positionOf: number => `00c0ffee-${number}`,
      maxAttempts: 3,
      backoff: { firstMs: 500, maxMs: 60_000 },
      queue: unlimited,
      maxInFlight: 2,
      metrics,
      log,
      after: time.after,
      nowMs: () => time.nowMs,
      random: () => 1,
      ...other,
    });
  }

  beforeEach(() => makeTarget());

  it('sends an event as a CloudEvent that is known by its position', () => {
    expect(target.onEvent(stored(7, 'a@acme:n1'))).to.equal(true);
    const { id, body } = crm.posted[0] ?? { id: '', body: '{}' };
    expect(id).to.equal('00c0ffee-7');
    const { data, ...attributes } = JSON.parse(body) as { data: object };
    expect(attributes).to.deep.equal({
      specversion: '1.0',
      id: '00c0ffee-7',
      source: 'baton/n1',
      type: 'baton.EventAttachedDataChanged',
      subject: 'a@acme:n1',
      time: '2023-11-14T22:13:20.000Z',
      datacontenttype: 'application/json',
    });
    expect(data).to.deep.include({ id: 'EventAttachedDataChanged', ConnID: 'a@acme:n1', ThisDN: 'bob' });
  });

  it('counts what was delivered, and how long it took since the event', async () => {
    target.onEvent(stored(1));
    time.nowMs += 40;
    await crm.answer(answered(204));
    expect(metrics).to.deep.include({ outcomes: ['delivered'], seconds: [0.04], gaveUp: [], depth: 0 });
  });

  it('sends the next event of a call when the one before has been delivered', async () => {
    for (const number of [1, 2]) target.onEvent(stored(number));
    expect(crm.ids).to.deep.equal(['00c0ffee-1']);
    await crm.answer(answered(200));
    expect(crm.ids).to.deep.equal(['00c0ffee-1', '00c0ffee-2']);
  });

  it('has no more calls under way than it may', async () => {
    for (const [number, call] of ['one', 'two', 'three'].entries()) target.onEvent(stored(number, call));
    expect(crm.ids).to.deep.equal(['00c0ffee-0', '00c0ffee-1']);
    expect(metrics.depth).to.equal(3);
    await crm.answer(answered(200));
    expect(crm.ids.at(-1)).to.equal('00c0ffee-2');
  });

  it('tries again with the same id after longer and longer waits, then gives up and goes on', async () => {
    target.onEvent(stored(1));
    target.onEvent(stored(2));
    await crm.answer(answered(500));
    expect(time.delaysMs).to.deep.equal([500]);
    await time.pass(500);
    await crm.answer(timeout);
    expect(time.delaysMs).to.deep.equal([1_000]);
    await time.pass(1_000);
    await crm.answer(answered(503));
    expect(crm.ids).to.deep.equal(['00c0ffee-1', '00c0ffee-1', '00c0ffee-1', '00c0ffee-2']);
    expect(metrics.outcomes).to.deep.equal(['failing', 'timeout', 'failing']);
    expect(metrics.gaveUp).to.deep.equal(['webhook-failing 1']);
    expect(log.lines).to.deep.equal([
      {
        msg: 'webhook gave up',
        webhook: 'crm',
        code: 'webhook-failing',
        event: 'EventAttachedDataChanged',
        position: '00c0ffee-1',
        connId: 'one',
        attempts: 3,
        status: 503,
      },
    ]);
  });

  it('waits as long as Retry-After asks', async () => {
    target.onEvent(stored(1));
    await crm.answer(answered(429, 7_000));
    expect(time.delaysMs).to.deep.equal([7_000]);
  });

  for (const [what, answer, code] of [
    ['is refused', answered(410), 'webhook-refused'],
    ['is sent elsewhere', answered(302), 'webhook-refused'],
  ] as const) {
    it(`gives up at once what ${what}`, async () => {
      target.onEvent(stored(1));
      await crm.answer(answer);
      expect([crm.posted.length, metrics.gaveUp]).to.deep.equal([1, [`${code} 1`]]);
    });
  }

  it('says of a receiver that never answered that it could not be reached', async () => {
    makeTarget({ maxAttempts: 1 });
    target.onEvent(stored(1));
    await crm.answer(timeout);
    expect(metrics.gaveUp).to.deep.equal(['webhook-unreachable 1']);
  });

  it('lets other calls go on while one waits for its next attempt', async () => {
    target.onEvent(stored(1, 'one'));
    await crm.answer(answered(500));
    target.onEvent(stored(2, 'two'));
    expect(crm.ids.at(-1)).to.equal('00c0ffee-2');
  });

  it('drops the oldest when its queue is full, counts each and says so once a minute', async () => {
    makeTarget({ queue: { maxEvents: 1, maxBytes: 1_000_000 } });
    for (let number = 1; number <= 5; number += 1) target.onEvent(stored(number));
    expect(metrics.gaveUp).to.deep.equal([
      'webhook-queue-full 1',
      'webhook-queue-full 1',
      'webhook-queue-full 1',
    ]);
    const said = { msg: 'webhook dropped the oldest events', webhook: 'crm', code: 'webhook-queue-full' };
    expect(log.lines).to.deep.equal([{ ...said, count: 1 }]);
    await time.pass(60_000);
    target.onEvent(stored(6));
    expect(log.lines).to.deep.equal([
      { ...said, count: 1 },
      { ...said, count: 3 },
    ]);
    await crm.answer(answered(200));
    expect(crm.ids).to.deep.equal(['00c0ffee-1', '00c0ffee-6']);
  });

  it('goes on after a defect of what it works with', async () => {
    const broken = new Error('broken');
    const post = crm.post.bind(crm);
    crm.post = async letter => {
      if (letter.id === '00c0ffee-1') throw broken;
      return post(letter);
    };
    target.onEvent(stored(1));
    target.onEvent(stored(2));
    await settled();
    expect(metrics.gaveUp).to.deep.equal(['internal 1']);
    expect(crm.ids).to.deep.equal(['00c0ffee-2']);
  });

  it('says that it was cut, unless everything stops', () => {
    target.onCut('shutting-down');
    expect(log.lines).to.deep.equal([]);
    target.onCut('internal');
    expect(log.lines).to.deep.equal([{ msg: 'webhook hears no more', webhook: 'crm', code: 'internal' }]);
  });

  describe('that stops', () => {
    it('delivers what waits first', async () => {
      for (const number of [1, 2]) target.onEvent(stored(number));
      crm.always = answered(200);
      const stopped = target.stop(2_000);
      await crm.answer(answered(200));
      await stopped;
      expect(crm.ids).to.deep.equal(['00c0ffee-1', '00c0ffee-2']);
      expect([metrics.gaveUp, crm.isClosed]).to.deep.equal([[], true]);
    });

    it('does not wait for the next attempt', async () => {
      target.onEvent(stored(1));
      await crm.answer(answered(500));
      await target.stop(2_000);
      expect(metrics.gaveUp).to.deep.equal(['shutting-down 1']);
      expect(time.delaysMs).to.deep.equal([]);
    });

    it('tries once what is still there, and counts what fails', async () => {
      crm.always = answered(500);
      for (const number of [1, 2, 3]) target.onEvent(stored(number));
      await target.stop(2_000);
      expect(crm.ids).to.deep.equal(['00c0ffee-1', '00c0ffee-2', '00c0ffee-3']);
      expect(metrics.gaveUp).to.deep.equal(Array(3).fill('shutting-down 1'));
    });

    it('gives up what a receiver that hangs has not taken in time, and counts it', async () => {
      for (const number of [1, 2, 3]) target.onEvent(stored(number));
      const stopped = target.stop(2_000);
      await time.pass(1_999);
      expect(crm.isClosed).to.equal(false);
      await time.pass(1);
      await stopped;
      expect(metrics.gaveUp).to.deep.equal(['shutting-down 2', 'shutting-down 1']);
      expect(metrics.depth).to.equal(0);
      expect(log.lines).to.deep.include({
        msg: 'webhook gave up events',
        webhook: 'crm',
        code: 'shutting-down',
        count: 2,
      });
    });

    it('is done at once when there is nothing', async () => {
      await target.stop(2_000);
      expect(crm.isClosed).to.equal(true);
    });
  });
});
