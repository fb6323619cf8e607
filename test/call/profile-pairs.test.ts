import { expect } from 'chai';
import { openKeyPolicy } from '../../lib/attached-data/key-policy.ts';
import { type ProfileName, profileNames, profileOf } from '../../lib/attached-data/profile.ts';
import { crossingHeaders } from '../../lib/call/relay/crossing.ts';
import { asItCame, customLines, leftOut, uuiPairs } from './support/profile-pairs.ts';
import { lines, textOf, trunk } from './support/story.ts';

function crossed(headers: readonly string[], from: ProfileName, to: ProfileName, message = 'INVITE') {
  const { headers: sent, dropped } = crossingHeaders(lines(headers), {
    from: trunk({ name: 'from', profile: profileOf(from) }),
    to: trunk({ name: 'to', profile: profileOf(to) }),
    message,
    inDialog: message === 'UPDATE',
    initialInviteHadUui: true,
    keys: openKeyPolicy,
  });
  return { sent: textOf(sent), codes: dropped.map(({ code }) => code) };
}

describe('between two trunks', () => {
  for (const from of profileNames) {
    const [sends, gets] = uuiPairs[from];
    for (const to of profileNames) {
      const expected = `User-To-User: ${gets[to] === asItCame ? sends : gets[to]}`;
      const [lost, code] = leftOut[to] ?? [];

      it(`${from} → ${to}: ${sends} ${gets[to] === asItCame ? 'as it came' : `becomes ${gets[to]}`}`, () => {
        for (const message of ['INVITE', '180/INVITE', '200/INVITE', '302/INVITE']) {
          expect(crossed([...customLines, `User-To-User: ${sends}`], from, to, message)).to.deep.equal({
            sent: [...customLines.filter(line => line !== lost), expected],
            codes: code === undefined ? [] : [code],
          });
        }
      });

      it(`${from} → ${to}: nothing of it on an UPDATE`, () => {
        expect(crossed([`User-To-User: ${sends}`], from, to, 'UPDATE')).to.deep.equal({
          sent: [],
          codes: [],
        });
      });

      it(`${from} → ${to}: bad User-to-User as it came`, () => {
        const bad = 'User-to-User: 616d617a6f6e5f6368696;encoding=hex';
        const converts = profileOf(to).convertUui;
        expect(crossed([bad], from, to)).to.deep.equal({
          sent: [bad],
          codes: converts ? ['not-converted'] : [],
        });
      });
    }
  }
});
