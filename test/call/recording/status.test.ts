import { expect } from 'chai';
import type { RecordingStatus } from '../../../lib/call/recording/recording.ts';
import { type Happening, hasEnded, next } from '../../../lib/call/recording/status.ts';

const file = [{ file: '/a.pcap', bytes: 1 }];
const more = [{ file: '/a.pcap', bytes: 2 }, { file: '/b.pcap' }];

const happenings = {
  started: { what: 'started', segments: file },
  segments: { what: 'segments', segments: more },
  paused: { what: 'paused' },
  resumed: { what: 'resumed' },
  stopWanted: { what: 'stopWanted' },
  stopped: { what: 'stopped', atMs: 9, segments: more },
  failed: { what: 'failed', atMs: 9, code: 'recorder-failed', reason: 'disk full' },
} as const satisfies Record<string, Happening>;

const failed = { is: 'failed', endedAtMs: 9, code: 'recorder-failed', reason: 'disk full' } as const;
const states: readonly RecordingStatus[] = [
  { is: 'starting' },
  { is: 'active', segments: file },
  { is: 'paused', segments: file },
  { is: 'stopping', segments: file },
  { is: 'stopped', segments: file, endedAtMs: 5 },
  { ...failed, segments: file },
];

/** By state and happening; what is not there changes nothing. */
const ways: Readonly<
  Partial<Record<RecordingStatus['is'], Partial<Record<keyof typeof happenings, RecordingStatus>>>>
> = {
  starting: {
    started: { is: 'active', segments: file },
    stopWanted: { is: 'stopping', segments: [] },
    stopped: { is: 'stopped', segments: more, endedAtMs: 9 },
    failed: { ...failed, segments: [] },
  },
  active: {
    segments: { is: 'active', segments: more },
    paused: { is: 'paused', segments: file },
    stopWanted: { is: 'stopping', segments: file },
    stopped: { is: 'stopped', segments: more, endedAtMs: 9 },
    failed: { ...failed, segments: file },
  },
  paused: {
    segments: { is: 'paused', segments: more },
    resumed: { is: 'active', segments: file },
    stopWanted: { is: 'stopping', segments: file },
    stopped: { is: 'stopped', segments: more, endedAtMs: 9 },
    failed: { ...failed, segments: file },
  },
  stopping: {
    segments: { is: 'stopping', segments: more },
    stopped: { is: 'stopped', segments: more, endedAtMs: 9 },
    failed: { ...failed, segments: file },
  },
};

describe('the status of a recording', () => {
  for (const status of states) {
    for (const [name, happening] of Object.entries(happenings)) {
      const becomes = ways[status.is]?.[name as keyof typeof happenings];
      it(`${status.is}, ${name}: ${becomes?.is ?? 'nothing comes of it'}`, () => {
        expect(next(status, happening)).to.deep.equal(becomes);
      });
    }
  }

  it('has ended when it is stopped or failed', () => {
    expect(states.filter(hasEnded).map(({ is }) => is)).to.deep.equal(['stopped', 'failed']);
  });

  it('keeps the segments of a recording whose end tells none', () => {
    expect(next({ is: 'stopping', segments: file }, { what: 'stopped', atMs: 9 })).to.deep.equal({
      is: 'stopped',
      segments: file,
      endedAtMs: 9,
    });
  });
});
