import { expect } from 'chai';
import { flowsBothWays } from '../../support/rtp-phone.ts';
import { Rtpengine } from '../../support/rtpengine.ts';
import { AnchorStage } from './support/stage.ts';

describe('media through a real rtpengine', function () {
  this.timeout(20_000);
  let rtpengine: Rtpengine;
  let stage: AnchorStage;

  before(async () => {
    rtpengine = await Rtpengine.start();
  });

  after(async () => {
    await rtpengine.stop();
  });

  beforeEach(async () => {
    stage = await AnchorStage.open({ rtpengines: [rtpengine] });
  });

  afterEach(async () => {
    await stage.close();
    await stage.hasNgCalls(0).catch(() => {});
  });

  it('flows both ways from the answer on, and the rtpengine forgets the call after it', async () => {
    const { alice, bob } = stage;
    const dialogs = await stage.call();
    expect(await stage.ngCalls()).to.deep.equal(await stage.connIds());
    await flowsBothWays(alice.rtp, bob.rtp, 10);
    await stage.hangUp(dialogs.alice, bob);
    await stage.hasNgCalls(0);
  });
});
