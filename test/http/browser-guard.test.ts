import { once } from 'node:events';
import { get, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { expect } from 'chai';
import { isFromElsewhere, namesOneMachine } from '../../lib/http/browser-guard.ts';
import { House } from './support.ts';

describe('a page of another place', () => {
  const origins: [origin: string | undefined, host: string, elsewhere: boolean][] = [
    [undefined, '127.0.0.1:8080', false],
    ['http://127.0.0.1:8080', '127.0.0.1:8080', false],
    ['http://127.0.0.1:9090', '127.0.0.1:8080', true],
    ['https://evil.example', '127.0.0.1:8080', true],
    ['null', '127.0.0.1:8080', true],
  ];
  for (const [origin, host, elsewhere] of origins) {
    it(`is ${elsewhere ? '' : 'not '}who asks ${host} with Origin ${origin ?? 'absent'}`, () => {
      expect(isFromElsewhere({ host, ...(origin !== undefined && { origin }) })).to.equal(elsewhere);
    });
  }

  const hosts: [host: string | undefined, ofOneMachine: boolean][] = [
    [undefined, true],
    ['127.0.0.1:8080', true],
    ['127.0.0.1', true],
    ['[::1]:8080', true],
    ['localhost:8080', true],
    ['LocalHost', true],
    ['baton:8080', true],
    ['rebound.example:8080', false],
    ['127.0.0.1.rebound.example', false],
    ['localhost.rebound.example', false],
    ['', true],
  ];
  for (const [host, ofOneMachine] of hosts) {
    it(`may${ofOneMachine ? ' not' : ''} have made the name ${host ?? 'that is absent'}`, () => {
      expect(namesOneMachine({ ...(host !== undefined && { host }) })).to.equal(ofOneMachine);
    });
  }

  const requests: [headers: OutgoingHttpHeaders, tokens: readonly string[], status: number][] = [
    [{}, [], 200],
    [{ origin: 'https://evil.example' }, [], 403],
    [{ host: 'rebound.example' }, [], 403],
    [{ host: 'rebound.example', origin: 'http://rebound.example' }, [], 403],
    // Behind a proxy it has another name, and who has the token is no page by chance.
    [
      { host: 'baton.example', authorization: 'Bearer correct-horse-battery' },
      ['correct-horse-battery'],
      200,
    ],
  ];
  for (const [headers, tokens, status] of requests) {
    it(`gets ${status} for ${JSON.stringify(headers)}, tokens: ${tokens.length}`, async () => {
      const house = await House.open({ http: { tokens } });
      try {
        const request = get(`${house.url}/v1/calls`, { headers, agent: false });
        const [response] = (await once(request, 'response')) as [IncomingMessage];
        expect(response.resume().statusCode).to.equal(status);
      } finally {
        await house.close();
      }
    });
  }
});
