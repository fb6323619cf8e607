import { expect } from 'chai';
import { formatLogLine, type Paint } from '../../lib/cli/log-line.ts';

const plain: Paint = (_style, text) => text;
const marked: Paint = (style, text) => `<${String(style)}>${text}</>`;
const time = new Date(2026, 10, 20, 9, 5, 3, 7).getTime();

describe('a log line for people', () => {
  for (const [what, entry, expected] of [
    ['the message', { level: 30, time, pid: 1, hostname: 'h', msg: 'ready' }, '09:05:03.007 info  ready'],
    [
      'connId, leg and dn before the rest',
      { level: 20, time, callId: 'a@b', dn: 'bob', leg: 'l2', connId: '00@t:n', msg: 'signal' },
      '09:05:03.007 debug signal connId=00@t:n leg=l2 dn=bob callId=a@b',
    ],
    [
      'objects as JSON',
      { level: 30, time, listening: ['udp/127.0.0.1:5060'], msg: 'ready' },
      '09:05:03.007 info  ready listening=["udp/127.0.0.1:5060"]',
    ],
    [
      'line breaks as JSON writes them',
      { level: 40, time, reason: 'a\nb', msg: 'refused' },
      '09:05:03.007 warn  refused reason="a\\nb"',
    ],
    [
      'an error with its stack below',
      { level: 60, time, err: { message: 'gone', stack: 'Error: gone\n    at x' }, msg: 'start failed' },
      '09:05:03.007 fatal start failed\n    Error: gone\n        at x',
    ],
    ['an unknown level as it is', { level: 35, time, msg: 'm' }, '09:05:03.007 35    m'],
    ['no time', { level: 30, msg: 'm' }, '--:--:--.--- info  m'],
    ['no message', { level: 30, time }, '09:05:03.007 info  '],
  ] as const) {
    it(`shows ${what}`, () => {
      expect(formatLogLine(JSON.stringify(entry), plain)).to.equal(expected);
    });
  }

  for (const line of ['> baton-b2bua@0.1.0 start', '', '{"no": "level"}', '{broken', '[1]', 'null']) {
    it(`leaves ${JSON.stringify(line)} as it is`, () => {
      expect(formatLogLine(line, plain)).to.equal(line);
    });
  }

  it('colours level, time and names', () => {
    const line = JSON.stringify({ level: 50, time, dn: 'bob', msg: 'refused' });
    expect(formatLogLine(line, marked)).to.equal(
      '<dim>09:05:03.007</> <red>error</> refused <cyan>dn</>=bob',
    );
  });
});
