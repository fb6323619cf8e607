import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { configText, loadStory, storyNames } from './scenario-story.ts';

describe('a story', () => {
  let root = '';

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'baton-story-test-'));
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  function write(name: string, files: Record<string, string>): void {
    mkdirSync(join(root, name));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(root, name, file), text);
  }

  it('is every folder with an expect.json', () => {
    write('one', { 'expect.json': '{}' });
    write('no-story', { 'uac.xml': '' });
    expect(storyNames(root)).to.deep.equal(['one']);
  });

  it('needs no more than a summary: one call, a caller, and a callee when there is a file for one', () => {
    write('call', { 'expect.json': '{"summary": "A calls B."}', 'uac.xml': '', 'uas.xml': '' });
    const story = loadStory('call', root);
    expect(story).to.include({ calls: 1, transport: 'udp', ip: 4, lossPercent: 0 });
    expect(story.uacScenario).to.equal(join(root, 'call', 'uac.xml'));
    expect(story.uasScenarios).to.deep.equal([join(root, 'call', 'uas.xml')]);
    expect(story.uac.exit).to.equal(0);
  });

  it('has no callee when there is no uas.xml, and none when it says so', () => {
    write('refused', { 'expect.json': '{"summary": "x"}', 'uac.xml': '' });
    write('down', { 'expect.json': '{"summary": "x", "uas": []}', 'uac.xml': '', 'uas.xml': '' });
    expect(loadStory('refused', root).uasScenarios).to.deep.equal([]);
    expect(loadStory('down', root).uasScenarios).to.deep.equal([]);
  });

  it('is refused with the name of what is wrong in it', () => {
    write('wrong', {
      'expect.json': '{"summary": "x", "cals": 3, "raw": [{"name": "y", "lines": [], "answer": "noise"}]}',
    });
    expect(() => loadStory('wrong', root))
      .to.throw(/wrong\/expect\.json/)
      .with.property('message')
      .that.matches(/cals/)
      .and.matches(/raw\[0\]\.answer/);
  });

  it('is refused when a step names what is not there, or does two things at once', () => {
    const steps = [
      { after: { seen: { crm: 1 } }, leave: 'desk' },
      { leave: 'desk', subscribe: 'desk' },
      { requests: [{ path: '/', body: {}, text: '' }] },
      { after: { received: { erp: 1 } }, leave: 'desk' },
      { after: { log: [{ mesg: 'x' }] }, leave: 'desk' },
    ];
    for (const [at, wrong] of [/crm/, /one of/, /either/, /erp/, /mesg/].entries()) {
      write(`step-${at}`, {
        'expect.json': JSON.stringify({ summary: 'x', subscribers: { desk: {} }, steps: [steps[at]] }),
      });
      expect(() => loadStory(`step-${at}`, root)).to.throw(wrong);
    }
  });

  it('is refused when it names a file that is not there', () => {
    write('lone', { 'expect.json': '{"summary": "x", "uac": {"scenario": "other.xml"}}' });
    expect(() => loadStory('lone', root)).to.throw(/other\.xml: there is no such file/);
  });

  it('merges its configuration over the defaults, key by key, with words filled in', () => {
    write('routed', {
      'expect.json': '{"summary": "x"}',
      'config.yaml': 'sip: {t1Ms: 30}\nroutes:\n  - targets: ["sip:{target-2}", "sip:{unknown}"]\n',
    });
    const words = new Map([['target-2', '127.0.0.1:5070']]);
    const config: unknown = JSON.parse(
      configText(loadStory('routed', root), words, { sip: { t2Ms: 4 }, node: 'n' }),
    );
    expect(config).to.deep.equal({
      node: 'n',
      sip: { t1Ms: 30, t2Ms: 4 },
      routes: [{ targets: ['sip:127.0.0.1:5070', 'sip:{unknown}'] }],
    });
  });
});
