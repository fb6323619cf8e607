import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type ProfileName, profileNames } from '../lib/attached-data/profile.ts';
import { BatonProcess } from '../support/baton-process.ts';
import { freePort } from '../support/free-ports.ts';
import { SipAgent } from '../support/sip-agent.ts';
import type { SipText } from '../support/sip-text.ts';
import { asItCame, customLines, leftOut, uuiPairs } from './call/support/profile-pairs.ts';

/** One neighbour of each profile, each at an address of its own. */
const addressOf = (name: ProfileName): string => `127.0.7.${profileNames.indexOf(name) + 1}`;

describe('a call between neighbours of two profiles, over the wire', () => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-pairs-'));
  const agents = new Map<ProfileName, SipAgent>();
  let baton: BatonProcess;
  let sipPort = 0;

  before(async () => {
    for (const name of profileNames) agents.set(name, await SipAgent.open(name, addressOf(name)));
    sipPort = await freePort();
    const config = join(folder, 'baton.yaml');
    const trunks = profileNames.map(name => ({ name, sources: [`${addressOf(name)}/32`], profile: name }));
    const routes = profileNames.map(name => ({ number: `^${name}$`, targets: [agentOf(name).uri] }));
    writeFileSync(config, JSON.stringify({ trunks, routes }));
    const http = `127.0.0.1:${await freePort()}`;
    baton = await BatonProcess.start({
      config,
      env: { BATON_SIP_LISTEN: `udp:127.0.0.1:${sipPort}`, BATON_HTTP_LISTEN: http },
      httpUrl: `http://${http}`,
    });
  });

  after(async () => {
    await baton.stop();
    for (const agent of agents.values()) await agent.close();
    rmSync(folder, { recursive: true });
  });

  function agentOf(name: ProfileName): SipAgent {
    const agent = agents.get(name);
    if (agent === undefined) throw new Error(`nobody is ${name}`);
    return agent;
  }

  const dataLinesOf = (message: SipText): string[] =>
    message.raw.split('\r\n').filter(line => /^(?:User-To-User|X-)/i.test(line));

  for (const from of profileNames) {
    const [sends, gets] = uuiPairs[from];
    for (const to of profileNames) {
      it(`${from} calls ${to}, who refuses: what each gets of the other`, async () => {
        const [caller, callee] =
          from === to
            ? [await SipAgent.open(from, addressOf(from)), agentOf(to)]
            : [agentOf(from), agentOf(to)];
        const [lost] = leftOut[to] ?? [];
        const headers = [...customLines, `User-To-User: ${sends}`].map(line => {
          const [name = '', value = ''] = line.split(': ');
          return [name, value] as const;
        });
        const invite = caller.request('INVITE', `sip:${to}@127.0.0.1:${sipPort}`, { headers });
        const received = await callee.expect('INVITE');
        expect(dataLinesOf(received)).to.have.members([
          ...customLines.filter(line => line !== lost),
          `User-To-User: ${gets[to] === asItCame ? sends : gets[to]}`,
        ]);
        const [answer, back] = uuiPairs[to];
        callee.respond(received, 302, {
          headers: [
            ['Contact', '<sip:elsewhere@192.0.2.1>'],
            ['User-To-User', answer],
          ],
        });
        const refusal = await caller.expect('302 INVITE');
        caller.ackRefusal(invite, refusal);
        await callee.expect('ACK');
        expect(dataLinesOf(refusal)).to.deep.equal([
          `User-To-User: ${back[from] === asItCame ? answer : back[from]}`,
        ]);
        if (from === to) await caller.close();
      });
    }
  }
});
