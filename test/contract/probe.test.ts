import { expect } from 'chai';
import { backendNames, remoteBackendNames, Stage } from './stage.ts';

for (const backend of backendNames) {
  describe(`asking by OPTIONS through the ${backend}`, () => {
    let stage: Stage;

    beforeEach(async () => {
      stage = await Stage.open(backend);
    });

    afterEach(async () => {
      await stage.close();
    });

    const probe = (requestUri: string, via?: string) =>
      new Promise<number | undefined>(resolve => {
        stage.signalling.probe({ requestUri, ...(via !== undefined && { via }) }, resolve);
      });

    it('tells the status of the answer, whatever it is', async () => {
      for (const status of [200, 405, 486]) {
        const answered = probe(stage.bob.uri);
        const options = await stage.bob.expect('OPTIONS');
        expect(options.get('To')).to.equal(`<${stage.bob.uri}>`);
        expect(options.get('Max-Forwards')).to.equal('70');
        stage.bob.respond(options, status);
        expect(await answered).to.equal(status);
      }
      await stage.idle();
    });

    it('goes the way it is told', async () => {
      const answered = probe('sip:bob@192.0.2.99:5060', stage.bob.uri);
      const options = await stage.bob.expect('OPTIONS');
      expect(options.start).to.equal('OPTIONS sip:bob@192.0.2.99:5060 SIP/2.0');
      stage.bob.respond(options, 200);
      expect(await answered).to.equal(200);
    });

    it('tells 503 for what cannot be asked', async () => {
      expect(await probe('sip:bob@127.0.0.1 x')).to.equal(503);
    });

    if (!remoteBackendNames.includes(backend)) return;

    it('tells no status while the way to the engine is down', async () => {
      stage.relay.block();
      await stage.told.until(() => !stage.signalling.up, 'down');
      expect(await probe(stage.bob.uri)).to.equal(undefined);
      stage.relay.unblock();
      await stage.told.until(() => stage.signalling.up, 'up again');
    });
  });
}

describe('a question that nobody answers', () => {
  it('is told as 408, and nobody waits for it', async () => {
    const stage = await Stage.open('embedded engine', { timing: { t1Ms: 5, t2Ms: 20, t4Ms: 25 } });
    const answered = new Promise(resolve => {
      stage.signalling.probe({ requestUri: stage.bob.uri }, resolve);
    });
    await stage.bob.expect('OPTIONS');
    expect(stage.signalling.openCounts.operations).to.equal(0);
    expect(await answered).to.equal(408);
    await stage.close();
  });
});
