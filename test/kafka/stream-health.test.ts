import { expect } from 'chai';
import type { Failure } from '../../lib/kafka/failures.ts';
import { StreamHealth } from '../../lib/kafka/stream-health.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { failing, fenced, NotedLog, NotedMetrics, refused, tooLarge, unreachable } from './support.ts';

const defect: Failure = { kind: 'retry', code: 'internal', reason: 'x is not a function' };

describe('StreamHealth', () => {
  let clock: FakeClock;
  let log: NotedLog;
  let metrics: NotedMetrics;
  let health: StreamHealth;

  beforeEach(() => {
    clock = new FakeClock();
    log = new NotedLog();
    metrics = new NotedMetrics();
    health = new StreamHealth({
      ...{ retry: { firstMs: 100, maxMs: 2_000 }, nowMs: clock.nowMs, brokers: ['kafka1:9092'] },
      ...{ log: log.logger, metrics },
    });
  });

  it('is in trouble until it has worked once', () => {
    expect(health.trouble?.failure.reason).to.equal('not connected yet');
    expect(metrics.up).to.be.false;
    health.worked();
    expect(health.trouble).to.be.undefined;
    expect(metrics.up).to.be.true;
  });

  for (const [what, failures, lines] of [
    ['a failure that passes is not told', [failing], []],
    ['one that comes again is told once', [failing, failing, failing], ['warn stream down']],
    ['another reason that may pass is no news', [unreachable, unreachable, failing], ['warn stream down']],
    ['being refused is told at once', [refused, refused], ['error stream down']],
    ['being refused is news', [unreachable, unreachable, refused], ['warn stream down', 'error stream down']],
    ['being fenced once is not told', [fenced], []],
    ['being fenced twice is', [fenced, fenced, fenced], ['error stream down']],
    ['a defect is told', [defect, defect], ['error stream down']],
    ['a record that is not taken says nothing about the brokers', [tooLarge, tooLarge], []],
  ] as const) {
    it(what, () => {
      health.worked();
      for (const failure of failures) {
        health.failed(failure);
        clock.pass(1_000);
      }
      expect(log.lines.slice(1)).to.deep.equal(lines);
      expect(health.trouble === undefined).to.equal(lines.length === 0);
    });
  }

  it('tells no failures that are over within a second', () => {
    health.worked();
    for (const failure of [failing, failing, failing]) {
      health.failed(failure);
      clock.pass(400);
    }
    expect(log.lines).to.deep.equal(['info stream up']);
    health.failed(failing);
    expect(log.lines).to.deep.equal(['info stream up', 'warn stream down']);
  });

  it('tells each time of being fenced only once within a minute', () => {
    health.worked();
    health.failed(fenced);
    clock.pass(60_000);
    health.failed(fenced);
    expect(log.lines).to.deep.equal(['info stream up']);
  });

  it('knows since when it has been in trouble', () => {
    health.worked();
    const sinceMs = clock.nowMs();
    health.failed(unreachable);
    clock.pass(500);
    health.failed(refused);
    expect(health.trouble).to.deep.equal({ failure: refused, sinceMs });
  });
});
