import { expect } from 'chai';
import { type NgCommandName, readAnswer, splitDatagram } from '../../lib/rtpengine/command.ts';

describe('the answer of an rtpengine', () => {
  const sdp = 'v=0\r\n';
  const good: [NgCommandName, string][] = [
    ['ping', '{"result":"pong"}'],
    ['offer', JSON.stringify({ result: 'ok', sdp })],
    ['delete', '{"result":"ok","warning":"Call-ID not found or tags didn\'t match"}'],
    ['query', '{"created":1795204364,"result":"ok","tags":{}}'],
  ];
  for (const [command, dictionary] of good)
    it(`to ${command} may be ${dictionary.slice(0, 60)}`, () => {
      expect(readAnswer(command, dictionary)).to.deep.equal({
        ok: true,
        answer: JSON.parse(dictionary) as unknown,
      });
    });

  it('may be a refusal in its own words', () => {
    const refusal = '{"result":"error","error-reason":"Unknown call-id"}';
    expect(readAnswer('answer', refusal)).to.deep.equal({
      ok: false,
      why: 'refused',
      reason: 'Unknown call-id',
    });
    expect(readAnswer('query', '{"result":"error","error-reason":7}')).to.deep.include({ why: 'refused' });
  });

  const bad: [NgCommandName, string, string][] = [
    ['offer', '{"result":"ok"}', 'no SDP'],
    ['subscribe request', '{"result":"ok","sdp":7}', 'no SDP'],
    ['ping', '{}', 'result missing'],
    ['ping', '{"result":"maybe"}', 'result "maybe"'],
    ['ping', 'd6:result4:ponge', 'no JSON object'],
    ['ping', '[]', 'no JSON object'],
    ['ping', 'null', 'no JSON object'],
    ['ping', '', 'no JSON object'],
  ];
  for (const [command, dictionary, reason] of bad)
    it(`to ${command} is none when it is ${dictionary === '' ? 'empty' : dictionary}`, () => {
      expect(readAnswer(command, dictionary)).to.deep.equal({ ok: false, why: 'malformed', reason });
    });

  it('begins with a cookie and a blank', () => {
    expect(splitDatagram('a_1 {"result":"pong"}')).to.deep.equal({
      cookie: 'a_1',
      dictionary: '{"result":"pong"}',
    });
    for (const text of ['', ' ', ' {}', 'cookie', '\0\x01']) expect(splitDatagram(text)).to.equal(undefined);
  });
});
