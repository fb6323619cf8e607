import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { changeOf } from '../../support/sample-change.ts';
import { afterRealTime } from '../../lib/engine/control/after.ts';
import { encodeEvent } from '../../lib/events/encode.ts';
import { cloudEventJson } from '../../lib/webhooks/cloud-event.ts';
import { Endpoint } from '../../lib/webhooks/endpoint.ts';

const example = fileURLToPath(new URL('../../examples/webhook-receiver.mjs', import.meta.url));

describe('the example of a receiver', () => {
  it('does not start without a secret', async () => {
    const options = { env: { PORT: '0' }, timeout: 10_000 };
    const failure: unknown = await promisify(execFile)(process.execPath, [example], options).catch(
      (error: unknown) => error,
    );
    expect(failure).to.include({ code: 1 });
  });

  it('outlives a sender who hangs up in the middle', async () => {
    const child = spawn(process.execPath, [example], { env: { SECRET: 'a secret of the tests', PORT: '0' } });
    try {
      const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
      const port = Number(/\d+$/.exec(line)?.[0]);
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n{');
      // It says so when it begins to read.
      await once(socket, 'data');
      socket.resetAndDestroy();
      const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' });
      expect(response.status).to.equal(401);
    } finally {
      child.kill();
      await once(child, 'close');
    }
  });

  for (const secret of ['a secret of the tests', `whsec_${Buffer.alloc(32, 9).toString('base64')}`]) {
    it(`takes what is signed with its secret ${secret}, shows it once, and refuses all else`, async () => {
      const child = spawn(process.execPath, [example], { env: { SECRET: secret, PORT: '0' } });
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
      const nextLine = async () => String((await lines.next()).value);
      try {
        const port = /^listening on (\d+)$/.exec(await nextLine())?.[1] ?? '';
        const post = async (letter: { id: string; body: string }, other: object = {}) => {
          const parts = { url: `http://127.0.0.1:${port}/`, secret, timeoutMs: 5_000, maxConnections: 1 };
          const times = { after: afterRealTime, nowMs: Date.now };
          const endpoint = new Endpoint({ ...parts, ...times, ...other });
          const answer = await endpoint.post(letter);
          await endpoint.close();
          return answer;
        };
        const status = (wanted: number) => ({ kind: 'answered', status: wanted });
        const [one, two] = [letterOf('a'), letterOf('b')];
        expect(await post(one)).to.include(status(204));
        expect(await post(one)).to.include(status(204));
        expect(await post(two, { secret: 'the secret of others' })).to.include(status(401));
        expect(await post(two, { nowMs: () => Date.now() - 600_000 })).to.include(status(401));
        expect(await post(two)).to.include(status(204));
        const { withdrawn, endpoint } = asking(port, secret);
        for (const [tier, action] of [
          ['gold', 'redirect'],
          ['silver', 'answer'],
        ] as const) {
          const reply = await endpoint.ask(questionOf(tier), withdrawn);
          expect(reply).to.nested.include({ status: 200 });
          expect(reply.kind === 'answered' && reply.text).to.include(`"${action}"`);
        }
        await endpoint.close();
        const shown = ['baton.EventAttachedDataChanged', 'a call'].join(' ');
        expect([await nextLine(), await nextLine()]).to.deep.equal(
          ['a', 'b'].map(value => `${shown} [{"key":"Note","type":"string","value":"${value}"}]`),
        );
      } finally {
        child.kill();
        await once(child, 'close');
      }
    });
  }
});

function asking(port: string, secret: string) {
  const url = `http://127.0.0.1:${port}/`;
  const parts = { url, secret, timeoutMs: 5_000, maxConnections: 1, after: afterRealTime, nowMs: Date.now };
  return { endpoint: new Endpoint(parts), withdrawn: new AbortController().signal };
}

function questionOf(tier: string): { id: string; body: string } {
  const dataJson = JSON.stringify({ customContext: { sipHeaders: { 'X-MS-Custom-Tier': tier } } });
  const event = {
    id: tier,
    source: 'baton/n1',
    type: 'baton.IncomingCall',
    subject: tier,
    timeMs: 0,
    dataJson,
  };
  return { id: tier, body: cloudEventJson(event) };
}

function letterOf(id: string): { id: string; body: string } {
  const type = 'baton.EventAttachedDataChanged';
  const dataJson = encodeEvent(changeOf(id));
  return {
    id,
    body: cloudEventJson({ id, source: 'baton/n1', type, subject: 'a call', timeMs: 0, dataJson }),
  };
}
