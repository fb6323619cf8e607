import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Pool } from 'undici';
import { answerText, maxAnswerBytes, receiverAt } from '../../lib/outgoing-http/receiver.ts';

describe('somebody to whom things are posted', () => {
  let server: Server;
  let pool: Pool;
  let answer = '';
  const asked: (string | undefined)[] = [];

  beforeEach(async () => {
    asked.length = 0;
    server = createServer((request, response) => {
      asked.push(request.url);
      response.end(answer);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    await pool.destroy();
    server.close();
  });

  async function ask(): Promise<string | undefined> {
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/here?and=there`;
    const receiver = receiverAt({ url, maxConnections: 1, timeoutMs: 1_000 });
    pool = receiver.pool;
    const { body } = await pool.request({ method: 'POST', path: receiver.path, body: 'x' });
    return answerText(body);
  }

  it('is asked at the path and query of its URL', async () => {
    answer = 'größer';
    expect(await ask()).to.equal('größer');
    expect(asked).to.deep.equal(['/here?and=there']);
  });

  it('may answer as much as is read, and no octet more', async () => {
    answer = 'x'.repeat(maxAnswerBytes);
    expect(await ask()).to.equal(answer);
    await pool.destroy();
    answer += 'x';
    expect(await ask()).to.equal(undefined);
  });
});
