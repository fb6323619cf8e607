import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { runStory, type StoryResult } from './support/scenario-run.ts';
import { loadStory, storyNames } from './support/scenario-story.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
/** Stories wait more than they work: this many at a time keep two cores busy without disturbing each other. */
const atATime = 3;

function build(): void {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/ensure.mjs', '--build'], {
    cwd: repository,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the build failed\n${stderr}`);
}

/** What mocha's `--grep` leaves (it hands itself the option in this form), so that no other story is started ahead of its turn. */
function isWanted(name: string): boolean {
  const option = process.argv.find(word => word.startsWith('--grep='));
  return option === undefined || new RegExp(option.slice('--grep='.length)).test(`SIPp stories ${name}`);
}

describe('SIPp stories', () => {
  const names = storyNames();
  const waiting = names.filter(isWanted);
  const results = new Map<string, Promise<StoryResult>>();

  /** Starts the story and, when it is over, the next in line. */
  function start(name: string): Promise<StoryResult> {
    const known = results.get(name);
    if (known !== undefined) return known;
    if (waiting.includes(name)) waiting.splice(waiting.indexOf(name), 1);
    const result = Promise.resolve().then(() => runStory(loadStory(name)));
    results.set(name, result);
    const startNext = () => void (waiting[0] === undefined || start(waiting[0]));
    result.then(startNext, startNext);
    return result;
  }

  before('builds Baton', function () {
    this.timeout(120_000);
    if (spawnSync('sipp', ['-v']).error !== undefined)
      throw new Error('SIPp is missing: apt-get install sip-tester');
    build();
    for (const name of waiting.slice(0, atATime)) void start(name);
  });

  for (const name of names) {
    it(name, async function () {
      this.timeout(180_000);
      const { skipped, failures, folder } = await start(name);
      if (skipped !== undefined) {
        console.log(`      skipped: ${skipped}`);
        this.skip();
      }
      expect(failures, `${failures.join('\n\n')}\ntraces: ${folder}\n`).to.have.length(0);
    });
  }

  after('leaves no story running', async function () {
    this.timeout(120_000);
    waiting.length = 0;
    await Promise.allSettled(results.values());
  });
});
