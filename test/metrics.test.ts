import { expect } from 'chai';
import { EngineCounters } from '../lib/engine/counters.ts';
import { hangup, refusal, rejection } from '../lib/call/ending/verdict.ts';
import { Metrics } from '../lib/metrics.ts';

describe('the metrics', () => {
  let metrics: Metrics;

  beforeEach(() => {
    metrics = new Metrics();
  });

  /** The value of one sample, as Prometheus reads it. */
  async function sample(name: string): Promise<number | undefined> {
    const { body } = await metrics.text();
    const line = body.split('\n').find(each => each.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  }

  const labels = (by: string, why: string, status: number, fault: string) =>
    `baton_call_attempts_total{by="${by}",why="${why}",sip_status="${status}",at_fault="${fault}"}`;

  it('counts live calls up and down', async () => {
    metrics.calls.callStarted();
    metrics.calls.callStarted();
    metrics.calls.callEnded(hangup('caller'));
    expect(await sample('baton_calls')).to.equal(1);
  });

  it('counts attempts by how they ended, refused ones included', async () => {
    metrics.calls.callStarted();
    metrics.calls.callEnded(rejection(486, { silent: false }));
    metrics.calls.callRefused(refusal('operator', 404));
    expect(await sample(labels('callee', 'busy', 486, 'callee'))).to.equal(1);
    expect(await sample(labels('baton', 'refused', 404, 'baton'))).to.equal(1);
    expect(await sample('baton_calls')).to.equal(0);
  });

  it('takes set-up times in milliseconds and shows seconds', async () => {
    metrics.calls.callAnswered(40);
    expect(await sample('baton_setup_seconds_sum')).to.equal(0.04);
    expect(await sample('baton_setup_seconds_bucket{le="0.025"}')).to.equal(0);
    expect(await sample('baton_setup_seconds_bucket{le="0.05"}')).to.equal(1);
  });

  it('counts notifications, their times, and dropped data', async () => {
    metrics.calls.notification('delivered');
    metrics.calls.eventDelivered(0.003);
    metrics.calls.dataDropped('packed-limit');
    expect(await sample('baton_notifications_total{outcome="delivered"}')).to.equal(1);
    expect(await sample('baton_event_seconds_count')).to.equal(1);
    expect(await sample('baton_data_dropped_total{code="packed-limit"}')).to.equal(1);
  });

  it('counts decisions about calls, and what was decided by nobody', async () => {
    metrics.calls.callDecided('redirect', undefined, 40);
    metrics.calls.callDecided('answer', 'decision-missing', 2_000);
    expect(await sample('baton_call_decisions_total{action="redirect",code=""}')).to.equal(1);
    expect(await sample('baton_call_decisions_total{action="answer",code="decision-missing"}')).to.equal(1);
    expect(await sample('baton_call_decision_seconds_sum')).to.equal(2.04);
  });

  it('counts what webhook receivers got, did not get, and wait for', async () => {
    metrics.webhooks.webhookAttempted('crm', 'failing');
    metrics.webhooks.webhookDelivered('crm', 0.02);
    metrics.webhooks.webhookGaveUp('crm', 'webhook-refused', 2);
    metrics.webhooks.webhookQueued('crm', 5);
    metrics.webhooks.webhookQueued('crm', 3);
    expect(await sample('baton_webhook_attempts_total{target="crm",outcome="failing"}')).to.equal(1);
    expect(await sample('baton_webhook_delivery_seconds_sum{target="crm"}')).to.equal(0.02);
    expect(await sample('baton_webhook_dead_letters_total{target="crm",reason="webhook-refused"}')).to.equal(
      2,
    );
    expect(await sample('baton_webhook_queue{target="crm"}')).to.equal(3);
  });

  it('counts what Kafka has, has not, and how long it took', async () => {
    metrics.kafka.eventPublished('calls', 0.02);
    metrics.kafka.eventPublished('calls', 0.03);
    metrics.kafka.publishFailed('kafka-unreachable');
    metrics.kafka.eventSetApart('agents', 'kafka-topic-unknown');
    metrics.kafka.streamUp(true);
    expect(await sample('baton_kafka_published_total{topic="calls"}')).to.equal(2);
    expect(await sample('baton_kafka_publish_seconds_sum')).to.equal(0.05);
    expect(await sample('baton_kafka_retries_total{code="kafka-unreachable"}')).to.equal(1);
    const deadLetters = 'baton_kafka_dead_letters_total{topic="agents",code="kafka-topic-unknown"}';
    expect(await sample(deadLetters)).to.equal(1);
    expect(await sample('baton_kafka_up')).to.equal(1);
    metrics.kafka.streamUp(false);
    expect(await sample('baton_kafka_up')).to.equal(0);
  });

  it('counts subscribers up and down, what they got, and who was cut', async () => {
    metrics.streams.subscriberJoined('sse');
    metrics.streams.subscriberJoined('sse');
    metrics.streams.subscriberJoined('websocket');
    metrics.streams.eventStreamed('sse');
    metrics.streams.subscriberCut('slow-subscriber');
    metrics.streams.subscriberLeft('sse');
    expect(await sample('baton_event_subscribers{carrier="sse"}')).to.equal(1);
    expect(await sample('baton_event_subscribers{carrier="websocket"}')).to.equal(1);
    expect(await sample('baton_events_streamed_total{carrier="sse"}')).to.equal(1);
    expect(await sample('baton_event_subscribers_cut_total{code="slow-subscriber"}')).to.equal(1);
  });

  it('reads the engine anew each time', async () => {
    const counters = new EngineCounters();
    const standing = { transactions: 3, dialogs: 2, timers: 1, admittedShare: 0.5 };
    metrics.readEngine({ counters, gauges: () => standing });
    counters.messagesReceived = 7;
    counters.countRefused(400);
    expect(await sample('baton_engine_messages_received_total')).to.equal(7);
    expect(await sample('baton_engine_refused_total{status="400"}')).to.equal(1);
    counters.messagesReceived = 9;
    expect(await sample('baton_engine_admitted_share')).to.equal(0.5);
    standing.dialogs = 0;
    expect(await sample('baton_engine_messages_received_total')).to.equal(9);
    expect(await sample('baton_engine_dialogs')).to.equal(0);
  });

  it('describes every counter of the engine', async () => {
    metrics.readEngine({
      counters: new EngineCounters(),
      gauges: () => ({ transactions: 0, dialogs: 0, timers: 0, admittedShare: 1 }),
    });
    const { body } = await metrics.text();
    const help = [...body.matchAll(/^# HELP baton_engine_\w+ (.*)$/gm)].map(match => match[1]);
    expect(help.length).to.be.greaterThan(Object.keys(new EngineCounters()).length);
    // A counter without a text of its own would be described by its bare name.
    expect(help.filter(text => !text?.includes(' '))).to.deep.equal([]);
  });

  it('measures the process when asked to', async () => {
    metrics.measureProcess();
    expect(await sample('nodejs_eventloop_lag_p99_seconds')).to.be.a('number');
  });

  it('shows what waits for Kafka, and which alarms ring', async () => {
    metrics.outbox.eventsDropped('size', 3);
    expect(await sample('baton_outbox_records')).to.equal(undefined);
    metrics.outbox.readOutbox(() => ({
      depth: { records: 2, bytes: 1_800, oldestMs: 0 },
      oldestAgeMs: 1_500,
      deadLetters: 1,
      alarms: new Set(['age'] as const),
    }));
    expect(await sample('baton_outbox_records')).to.equal(2);
    expect(await sample('baton_outbox_bytes')).to.equal(1_800);
    expect(await sample('baton_outbox_oldest_age_seconds')).to.equal(1.5);
    expect(await sample('baton_outbox_dead_letters')).to.equal(1);
    expect(await sample('baton_outbox_alarm{reason="age"}')).to.equal(1);
    expect(await sample('baton_outbox_alarm{reason="size"}')).to.equal(0);
    expect(await sample('baton_outbox_dropped_total{reason="size"}')).to.equal(3);
  });

  it('counts what rtpengines are asked, and shows whether they are there', async () => {
    const { rtpengine } = metrics;
    const done = { instance: 'rtp1:22222', command: 'offer', outcome: 'timeout', seconds: 1 } as const;
    rtpengine.commandDone(done);
    rtpengine.instanceUp('rtp1:22222', false);
    rtpengine.strayAnswer('late');
    rtpengine.pairs(3);
    rtpengine.unanchored('no-instance');
    const labels = 'instance="rtp1:22222",command="offer",outcome="timeout"';
    expect(await sample(`baton_rtpengine_commands_total{${labels}}`)).to.equal(1);
    expect(await sample('baton_rtpengine_command_seconds_sum{command="offer"}')).to.equal(1);
    expect(await sample('baton_rtpengine_up{instance="rtp1:22222"}')).to.equal(0);
    expect(await sample('baton_rtpengine_stray_answers_total{what="late"}')).to.equal(1);
    expect(await sample('baton_media_pairs')).to.equal(3);
    expect(await sample('baton_media_unanchored_total{why="no-instance"}')).to.equal(1);
  });
});
