import { expect } from 'chai';
import { deliberateDifferences } from './deliberate-differences.ts';
import { replay } from './player.ts';
import { readTrace, type TraceStep } from './trace.ts';

interface Replayed {
  readonly name: string;
  /** RFC 3261's T1, when the trace waits for timers. */
  readonly t1Ms?: number;
  /** Only what was recorded before; what comes after is about the losses of the recorded server. */
  readonly until?: (step: TraceStep) => boolean;
  readonly uasIsDown?: boolean;
  readonly what: string;
}

const appIsKilled = (step: TraceStep): boolean => step.kind === 'close' && step.from.startsWith('app');
const serverIsStopped = (step: TraceStep): boolean => step.kind === 'close' && step.from === 'server';

const traces: readonly Replayed[] = [
  { name: '01-connect-auth-route', what: 'all' },
  { name: '02-invite-answer-ack-bye', what: 'all' },
  { name: '03-cancel', what: 'all' },
  { name: '04-reinvite-by-caller', what: 'all' },
  { name: '05-reinvite-by-callee', what: 'all' },
  { name: '06-info', what: 'all' },
  { name: '07-refer-notify', what: 'all' },
  { name: '08-bye-by-callee', what: 'all' },
  { name: '09-failure-486', what: 'all' },
  { name: '10-no-answer-timeout-408', t1Ms: 20, what: 'all, 32 s in 1.3 s' },
  { name: '11-early-media-183', what: 'all' },
  { name: '12-update', what: 'all' },
  { name: '13-delayed-offer', what: 'all' },
  { name: '14-reinvite-488-then-reinvite', what: 'all' },
  { name: '15-callee-unreachable', t1Ms: 10, uasIsDown: true, what: 'all' },
  { name: '20-fault-kill-app', until: appIsKilled, what: 'calls over two applications, until one is killed' },
  { name: '21-fault-rescue', until: appIsKilled, what: 'calls over two applications, until one is killed' },
  {
    name: '22-fault-kill-app-ringing',
    until: appIsKilled,
    what: 'a ringing call, until the application is killed',
  },
  {
    name: '23-fault-server-restart-KILL',
    until: serverIsStopped,
    what: 'standing calls, until the server is killed',
  },
  {
    name: '23-fault-server-restart-TERM',
    until: serverIsStopped,
    what: 'standing calls, until the server is stopped',
  },
  { name: '24-app-never-answers', t1Ms: 10, what: 'all, 75 s in less' },
];

function partOf({ name, until }: Replayed): TraceStep[] {
  const steps = readTrace(name);
  const end = until === undefined ? -1 : steps.findIndex(until);
  return end < 0 ? steps : steps.slice(0, end);
}

describe('the conversations of a recorded drachtio-server, played to the engine', () => {
  const shown = new Set();

  for (const trace of traces) {
    it(`${trace.name}: ${trace.what}`, async () => {
      const { name, t1Ms = 500, uasIsDown = false } = trace;
      const { failures, differences, compared } = await replay({
        name,
        steps: partOf(trace),
        t1Ms,
        uasIsDown,
      });
      for (const difference of differences) shown.add(difference);
      expect(failures, `\n${failures.join('\n')}\n`).to.have.length(0);
      expect(compared).to.be.above(1);
    });
  }

  it('show every deliberate difference of the table', () => {
    const unseen = deliberateDifferences.filter(difference => !shown.has(difference));
    expect(unseen.map(({ reason }) => reason)).to.deep.equal([]);
  });
});
