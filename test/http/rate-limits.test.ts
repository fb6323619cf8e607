import { expect } from 'chai';
import type { HttpServerOptions } from '../../lib/http/server.ts';
import { type Answered, House } from './support.ts';

const old = 'old-customer-token';
const fresh = 'fresh-customer-token';
const as = (token: string) => ({ authorization: `Bearer ${token}` });

describe('the limits of requests a second', () => {
  let house: House | undefined;
  const { now } = Date;

  // One window, however long a test takes.
  beforeEach(() => {
    const frozenMs = now();
    Date.now = () => frozenMs;
  });

  const open = async (http: Partial<HttpServerOptions>): Promise<House> =>
    (house = await House.open({ http }));

  afterEach(async () => {
    Date.now = now;
    await house?.close();
  });

  /** The answer to the last of so many. */
  async function afterAll(count: number, ask: () => Promise<Answered>): Promise<Answered> {
    for (let at = 1; at < count; at += 1) expect((await ask()).status).to.not.equal(429);
    return await ask();
  }

  function expectFlood({ body, headers }: Answered): void {
    expect(body['code']).to.equal('too-many-requests');
    expect(Number(headers.get('retry-after'))).to.be.at.least(1);
    expect(headers.get('content-type')).to.match(/^application\/problem\+json/);
  }

  it('hold for wrong tokens, by address', async () => {
    const { send, metrics } = bound(await open({ tokens: [old], rates: { refusedPerSecond: 2 } }));
    expectFlood(await afterAll(3, async () => await send('/v1/calls', undefined, as('guess-guess-guess'))));
    expect((await metrics.text()).body).to.match(/baton_http_requests_total\{[^}]*status="429"\} 1/);
  });

  it('hold for wrong tokens at the paths of who watches, too', async () => {
    const { send } = bound(await open({ tokens: [old], rates: { refusedPerSecond: 2 } }));
    expectFlood(await afterAll(3, async () => await send('/healthz')));
  });

  it('are never wider for strangers than for those who have a token', async () => {
    const { send } = bound(
      await open({ tokens: [old], rates: { perSecond: 2, refusedPerSecond: 1_000_000 } }),
    );
    expectFlood(await afterAll(3, async () => await send('/v1/calls')));
  });

  it('hide from who guesses whether a guess was right', async () => {
    const { send } = bound(await open({ tokens: [old, fresh], rates: { refusedPerSecond: 2 } }));
    await afterAll(3, async () => await send('/v1/calls'));
    expectFlood(await send('/v1/calls', undefined, as(fresh)));
  });

  it('do not lock out who has been let in from there before', async () => {
    const { send } = bound(await open({ tokens: [old, fresh], rates: { refusedPerSecond: 2 } }));
    expect((await send('/v1/calls', undefined, as(old))).status).to.equal(200);
    await afterAll(3, async () => await send('/v1/calls'));
    expect((await send('/v1/calls', undefined, as(old))).status).to.equal(200);
  });

  for (const [what, tokens, headers] of [
    ['with a token', [old], as(old)],
    ['where no token is asked for', [], {}],
  ] as const) {
    it(`hold for unknown paths ${what}`, async () => {
      const { send } = bound(await open({ tokens, rates: { perSecond: 2 } }));
      expectFlood(await afterAll(3, async () => await send('/nowhere', undefined, headers)));
      expect((await send('/healthz', undefined, headers)).status).to.equal(200);
    });
  }

  it('are of each token by itself', async () => {
    const { send } = bound(await open({ tokens: [old, fresh], rates: { perSecond: 2 } }));
    await afterAll(3, async () => await send('/v1/calls', undefined, as(old)));
    expect((await send('/v1/calls', undefined, as(fresh))).status).to.equal(200);
  });
});

const bound = (house: House) => ({ send: house.send.bind(house), metrics: house.metrics });
