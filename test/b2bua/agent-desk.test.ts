import { expect } from 'chai';
import { AgentTable } from '../../lib/agents/agent-table.ts';
import { AgentDesk } from '../../lib/b2bua/agent-desk.ts';
import type { ConnId, Dn } from '../../lib/call/ids.ts';
import type { Shelf } from '../../lib/ports.ts';
import { FakeClock } from '../support/fake-clock.ts';

const ann = { tenant: 'acme', agentId: 'ann' };
const call = '0123456789abcdef@acme:n1' as ConnId;
const login = { action: 'login', dn: '2001' as Dn } as const;

/** What has been put there is JSON to the next process. */
class PaperShelf implements Shelf {
  readonly things = new Map<string, string>();

  entries() {
    return [...this.things].map(([name, json]) => [name, JSON.parse(json) as unknown] as const);
  }

  put(name: string, thing: unknown): void {
    if (thing === undefined) this.things.delete(name);
    else this.things.set(name, JSON.stringify(thing));
  }
}

describe('the desk of agents', () => {
  let shelf: PaperShelf;
  let order: string[];
  let warned: string[];

  beforeEach(() => {
    shelf = new PaperShelf();
    order = [];
    warned = [];
  });

  function open(maxAgents = 10): AgentDesk {
    const nothing = (): void => undefined;
    return new AgentDesk({
      table: new AgentTable({ maxAgents }),
      server: 'baton/n1',
      clock: new FakeClock(),
      log: {
        debug: nothing,
        info: nothing,
        warn: fields => warned.push(JSON.stringify(fields)),
        error: nothing,
        isLevelEnabled: () => false,
      },
      agentShelf: shelf,
      tell: events => order.push(...events.map(({ id }) => `${id}, stored ${shelf.things.size}`)),
      calls: {
        obstacle: connId => (connId === call ? undefined : 'party-unknown'),
        audioSwitched: ({ dn }) => order.push(`audio of ${dn}`),
      },
      messagesChanged: ({ dn }) => order.push(`messages of ${dn}`),
    });
  }

  it('has everybody where they were after a restart, and tells nothing of it', () => {
    const before = open();
    before.command({ ...ann, command: login });
    before.command({ ...ann, command: { action: 'ready' } });
    before.command({ ...ann, agentId: 'ben', command: { ...login, dn: '2002' as Dn } });
    before.command({ ...ann, agentId: 'ben', command: { action: 'logout' } });
    order = [];
    const after = open();
    expect(after.list(undefined)).to.deep.equal(before.list(undefined));
    expect(after.agentAt({ tenant: 'acme', dn: '2001' as Dn })).to.equal('ann');
    expect(order).to.deep.equal([]);
    expect(after.command({ ...ann, command: login })).to.include({ ok: false, code: 'agent-logged-in' });
  });

  it('stores before it tells', () => {
    open().command({ ...ann, command: login });
    expect(order).to.deep.equal(['EventAgentLogin, stored 1']);
  });

  it('stores nobody whom it has forgotten', () => {
    const desk = open(1);
    desk.command({ ...ann, command: login });
    desk.command({ ...ann, command: { action: 'logout' } });
    desk.command({ ...ann, agentId: 'ben', command: login });
    expect([...shelf.things.keys()]).to.deep.equal(['acme/ben']);
  });

  it('has the audio of calls switched where it becomes another, after it has told so', () => {
    const desk = open();
    desk.command({ ...ann, command: login });
    desk.command({ ...ann, command: { action: 'dnd-on' } });
    desk.command({ ...ann, command: { action: 'mute-on' } });
    desk.command({ ...ann, command: { action: 'logout' } });
    expect(order.map(one => one.split(',')[0])).to.deep.equal([
      ...['EventAgentLogin', 'EventDNDOn', 'EventMuteOn', 'audio of 2001'],
      ...['EventDNDOff', 'EventMuteOff', 'EventAgentLogout', 'audio of 2001'],
    ]);
  });

  it('mutes nobody in a call that is not his', () => {
    const desk = open();
    desk.command({ ...ann, command: login });
    const other = '1111111111111111@acme:n1' as ConnId;
    const refused = desk.command({ ...ann, command: { action: 'mute-on', connId: other } });
    expect(refused).to.deep.equal({ ok: false, code: 'party-unknown' });
    expect(desk.command({ ...ann, command: { action: 'mute-on', connId: call } })).to.include({ ok: true });
  });

  it('has nobody muted in a call of an earlier process, and tells so', () => {
    const before = open();
    before.command({ ...ann, command: login });
    before.command({ ...ann, command: { action: 'mute-on', connId: call } });
    before.command({ ...ann, command: { action: 'listen-disconnect' } });
    order = [];
    const after = open();
    expect(order).to.deep.equal(['EventMuteOff, stored 1']);
    expect(after.get(ann)).to.include({ muted: false, listenDisconnected: true });
    expect(open().get(ann)).to.include({ muted: false });
  });

  it('takes nobody over who cannot be, and says so', () => {
    open().command({ ...ann, command: login });
    const [[, json] = ['', '']] = shelf.things;
    shelf.things.set('acme/ben', json.replace('"ann"', '"ben"'));
    shelf.things.set('acme/eve', '{"is":"ready"}');
    expect(
      open()
        .list(undefined)
        .map(({ agentId }) => agentId),
    ).to.deep.equal(['ann']);
    expect(warned).to.deep.equal([
      '{"code":"state-broken","name":"acme/ben"}',
      '{"code":"state-broken","name":"acme/eve"}',
    ]);
  });
});
