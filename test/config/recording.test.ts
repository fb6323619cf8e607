import { expect } from 'chai';
import { ConfigError, loadConfig } from '../../lib/config.ts';

function problemsOf(keys: Readonly<Record<string, unknown>>): string[] {
  try {
    loadConfig({ flags: new Map(Object.entries(keys)) });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ key, message }) => `${key}: ${message}`);
    throw error;
  }
  return [];
}

describe('the configuration of the media anchor', () => {
  it('has no anchor when nobody says otherwise', () => {
    const { media, recording } = loadConfig();
    expect(media).to.deep.equal({ anchor: 'none', onFailure: 'pass' });
    expect(recording.rtpengine).to.deep.include({ ng: [], recordingDir: undefined });
  });

  it('takes one instance or several, as a text or a list', () => {
    const one = loadConfig({ flags: new Map([['recording.rtpengine.ng', '127.0.0.1:22222']]) });
    expect(one.recording.rtpengine.ng).to.deep.equal([{ host: '127.0.0.1', port: 22_222 }]);
    const two = loadConfig({ flags: new Map([['recording.rtpengine.ng', ['RTP1:22222', '[::1]:22223']]]) });
    expect(two.recording.rtpengine.ng).to.deep.equal([
      { host: 'rtp1', port: 22_222 },
      { host: '::1', port: 22_223 },
    ]);
  });

  const wrong: [string, Record<string, unknown>, string][] = [
    [
      'an anchor without an instance',
      { 'media.anchor': 'rtpengine' },
      'recording.rtpengine.ng: must be set where media.anchor is rtpengine',
    ],
    ['another anchor', { 'media.anchor': 'freeswitch' }, 'media.anchor: expected one of none, rtpengine'],
    [
      'an instance without a port',
      { 'recording.rtpengine.ng': 'rtp1' },
      'recording.rtpengine.ng[0]: "rtp1": the port is missing',
    ],
    [
      'the same instance twice',
      { 'recording.rtpengine.ng': 'rtp1:22222,RTP1:22222' },
      'recording.rtpengine.ng[1]: "rtp1:22222" is there twice',
    ],
  ];
  for (const [name, keys, problem] of wrong)
    it(`refuses ${name}`, () => expect(problemsOf(keys)).to.deep.equal([problem]));
});
