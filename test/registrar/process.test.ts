import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { BatonProcess } from '../../support/baton-process.ts';
import { freePort, releasePorts } from '../../support/free-ports.ts';
import { SipAgent } from '../../support/sip-agent.ts';

interface Dn {
  readonly dn: string;
  readonly tenant: string;
}

describe('phones that register with a Baton process', function () {
  this.timeout(60_000);
  let folder: string;
  let sipPort: number;
  let httpPort: number;
  let agents: SipAgent[];
  let baton: BatonProcess;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'baton-registrar-'));
    [sipPort, httpPort] = [await freePort(), await freePort()];
    agents = [];
  });

  afterEach(async () => {
    await baton.stop('SIGKILL');
    for (const agent of agents) await agent.close();
    releasePorts([sipPort, httpPort]);
    rmSync(folder, { recursive: true });
  });

  async function start(config: object): Promise<void> {
    const file = join(folder, 'baton.yaml');
    writeFileSync(file, JSON.stringify(config));
    baton = await BatonProcess.start({
      config: file,
      env: {
        BATON_SIP_LISTEN: `udp:127.0.0.1:${sipPort}`,
        BATON_HTTP_LISTEN: `127.0.0.1:${httpPort}`,
        BATON_STATE_DIRECTORY: join(folder, 'state'),
      },
      httpUrl: `http://127.0.0.1:${httpPort}`,
    });
  }

  async function phone(name: string, address?: string): Promise<SipAgent> {
    const agent = await SipAgent.open(name, address);
    agents.push(agent);
    return agent;
  }

  const uriOf = (dn: string) => `sip:${dn}@127.0.0.1:${sipPort}`;

  async function register(agent: SipAgent, expires: number): Promise<void> {
    agent.request('REGISTER', uriOf(agent.name), { headers: [['Expires', String(expires)]] });
    await agent.expect('200 REGISTER');
  }

  /** As if as much time had passed while Baton was not there. */
  function endTimeOf(name: string): void {
    const file = join(folder, 'state', 'node1', 'state.jsonl');
    const lines = readFileSync(file, 'utf8').split('\n');
    const over = (line: string) =>
      line.includes(`"${name}"`) ? line.replace(/"expiresAtMs":\d+/, `"expiresAtMs":${Date.now()}`) : line;
    writeFileSync(file, lines.map(over).join('\n'));
  }

  async function dns(): Promise<string[]> {
    const { dns: all } = (await baton.getJson('/v1/dns')) as { dns: readonly Dn[] };
    return all.map(({ dn, tenant }) => `${tenant}/${dn}`);
  }

  it('are there again after it was killed, but those whose time was over, which are told gone', async () => {
    await start({});
    const [alice, bob, carol] = [await phone('alice'), await phone('bob'), await phone('carol')];
    await register(bob, 600);
    await register(carol, 600);
    await baton.stop('SIGKILL');
    endTimeOf('default/carol');
    await start({});
    const gone = baton.log.filter(({ msg }) => msg === 'dn out of service');
    expect(gone.map(({ dn, reason }) => `${String(dn)}: ${String(reason)}`)).to.deep.equal([
      'carol: expired',
    ]);
    expect(await dns()).to.deep.equal(['default/bob']);
    const invite = alice.request('INVITE', uriOf('bob'));
    const atBob = await bob.expect('INVITE');
    bob.respond(atBob, 486);
    alice.ackRefusal(invite, await alice.expect('486 INVITE'));
    alice.request('INVITE', uriOf('carol'));
    await alice.expect('480 INVITE');
  });

  it('find the agents where they were, too', async () => {
    await start({});
    const commanded = await fetch(`${baton.httpUrl}/v1/agents/ann/state`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ action: 'login', dn: '2001' }),
    });
    expect(commanded.status).to.equal(200);
    await baton.stop('SIGKILL');
    await start({});
    expect(await baton.getJson('/v1/agents/ann')).to.include({ state: 'not-ready', dn: '2001' });
  });

  it('are those of their tenant, though they have the same DN', async () => {
    const trunk = (name: string, address: string) => ({ name, tenant: name, sources: [`${address}/32`] });
    await start({
      trunks: [trunk('acme', '127.0.0.2'), trunk('globex', '127.0.0.3')],
    });
    const [ofAcme, ofGlobex] = [await phone('1001', '127.0.0.2'), await phone('1001', '127.0.0.3')];
    const alice = await phone('alice', '127.0.0.3');
    await register(ofAcme, 600);
    alice.request('INVITE', uriOf('1001'));
    await alice.expect('480 INVITE');
    await register(ofGlobex, 600);
    expect(await dns()).to.have.members(['acme/1001', 'globex/1001']);
    const invite = alice.request('INVITE', uriOf('1001'));
    ofGlobex.respond(await ofGlobex.expect('INVITE'), 486);
    alice.ackRefusal(invite, await alice.expect('486 INVITE'));
    expect(ofAcme.untaken).to.deep.equal([]);
  });
});
