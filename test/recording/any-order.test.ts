import fc from 'fast-check';
import { expect } from 'chai';
import type { RecorderBackend, StartOutcome, StopOutcome } from '../../lib/recording/backend.ts';
import { Recordings } from '../../lib/recording/recordings.ts';
import { Story } from '../call/support/story.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { counted, failure, flowOfCode, settle } from './support/paper-recorder.ts';

/** A recorder that counts what it records, and answers when it is told to. */
class CountingRecorder implements RecorderBackend {
  readonly name = 'rtpengine';
  recording = 0;
  most = 0;
  /** Starts and stops that are not answered yet. */
  readonly open: ((goesWell: boolean) => void)[] = [];

  listen(): void {}

  async start(): Promise<StartOutcome> {
    return await new Promise(resolve => {
      this.open.push(goesWell => {
        if (goesWell) this.recording += 1;
        this.most = Math.max(this.most, this.recording);
        resolve(goesWell ? { ok: true, segments: [] } : failure);
      });
    });
  }

  async stop(): Promise<StopOutcome> {
    return await new Promise(resolve => {
      this.open.push(() => {
        this.recording -= 1;
        resolve({ ok: true });
      });
    });
  }
}

const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('start' as const), by: fc.constantFrom('u1', 'u2', 'u3') }),
    fc.record({ do: fc.constant('stop' as const), by: fc.constantFrom('u1', 'u2', 'u3') }),
    fc.record({ do: fc.constant('answer' as const), well: fc.boolean() }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 1_200 }) }),
  ),
  { maxLength: 25 },
);

describe('recordings, whatever comes in whatever order', () => {
  it('are never two at one time, say the truth, and leave nothing behind', async function () {
    this.timeout(30_000);
    await fc.assert(
      fc.asyncProperty(steps, async all => {
        const clock = new FakeClock();
        const recorder = new CountingRecorder();
        const recordings = new Recordings({
          backends: [recorder],
          clock,
          log: { info: () => undefined, warn: () => undefined },
          metrics: counted().metrics,
          calls: { changed: () => undefined, release: () => undefined },
          // A stop is always answered here, however late.
          stopTimeoutMs: 1_000_000,
          maxEnded: 10,
        });
        const { call } = new Story().established();
        const flow = flowOfCode('8001');
        const isTrue: boolean[] = [];
        for (const step of all) {
          if (step.do === 'start') {
            const wish = { recordingId: step.by, mode: 'capture', flow } as const;
            const started = recordings.start(call, wish, clock.nowMs() + 1_000);
            void started.then(({ ok }) => isTrue.push(!ok || recorder.recording === 1));
          } else if (step.do === 'stop') void recordings.stop(step.by);
          else if (step.do === 'answer') recorder.open.shift()?.(step.well);
          else clock.pass(step.ms);
          await settle();
        }
        recordings.callChanged({ ...call, state: 'released' });
        for (let round = 0; round < 60; round += 1) {
          recorder.open.shift()?.(true);
          clock.pass(1_000);
          await settle();
        }
        expect(recorder.most).to.be.at.most(1);
        expect(isTrue).to.not.include(false);
        expect([recorder.recording, recorder.open.length]).to.deep.equal([0, 0]);
        expect(recordings.ofCall(call.connId)).to.deep.equal([]);
      }),
      { numRuns: 150 },
    );
  });
});
