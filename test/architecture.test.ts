import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { cruise, type ICruiseResult, type IConfiguration } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const root = fileURLToPath(new URL('..', import.meta.url));
const rules = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as IConfiguration;
const forbidden = rules.forbidden ?? [];

/** One of each layer, and fewer modules than there are: a cruise that finds nothing forbids nothing. */
const landmarks = [
  'lib/config.ts',
  'lib/ports.ts',
  'lib/call/signal.ts',
  'lib/engine/message/message.ts',
  'lib/http/server.ts',
];
const fewestModules = 60;

/** A small lib/ that does everything wrong: file, its text, the rule that notices. */
const wrongs = [
  [
    'lib/call/shell.ts',
    "import type { Log } from '../log.ts'; export type A = Log;",
    'pure-folders-import-no-shell',
  ],
  ['lib/engine/message/up.ts', "export * from '../timers.ts';", 'pure-folders-import-no-shell'],
  ['lib/events/node.ts', "import 'node:fs';", 'pure-folders-import-no-node'],
  ['lib/routing/package.ts', "import 'pino';", 'pure-folders-import-no-package'],
  [
    'lib/engine/application.ts',
    "import type { Log } from '../log.ts'; export type A = Log;",
    'engine-knows-no-application',
  ],
  ['lib/b2bua.ts', "import 'drachtio-srf';", 'drachtio-srf-behind-one-adapter'],
  ['lib/store/server.ts', "import 'fastify';", 'fastify-behind-http'],
  ['lib/http/post.ts', "import 'undici';", 'undici-behind-webhooks'],
  ['lib/http/token.ts', "import 'jose';", 'jose-behind-oifde'],
  ['lib/store/topic.ts', "import '@platformatic/kafka';", 'kafka-client-behind-kafka'],
  ['lib/http/peer.ts', "import '../store/server.ts';", 'shells-do-not-know-each-other'],
  ['lib/client/node.ts', "import 'node:http';", 'client-runs-in-browsers'],
  ['lib/client/server.ts', "import '../store/server.ts';", 'client-runs-in-browsers'],
  ['lib/client/package.ts', "import 'pino';", 'client-runs-in-browsers'],
  ['lib/client/types.ts', "import type { Log } from '../log.ts'; export type A = Log;", undefined],
  ['lib/call/hen.ts', "import './egg.ts';", undefined],
  ['lib/call/egg.ts', "import './hen.ts';", 'no-cycles'],
  ['lib/call/gone.ts', "import './not-there.ts';", 'nothing-unresolved'],
  ['lib/cli/tests.ts', "import 'chai';", 'lib-needs-no-development-package'],
  ['lib/cli/play.ts', "import '../../support/sipp.ts';", 'lib-needs-no-support'],
  ['support/sipp.ts', 'export const sipp = 1;', undefined],
  ['lib/log.ts', 'export interface Log { level: string }', undefined],
  ['lib/engine/timers.ts', 'export const t1Ms = 500;', undefined],
] as const;

describe('the import direction', function () {
  this.timeout(60_000);
  let result: ICruiseResult;

  before(async () => {
    result = await look(root);
  });

  it('was looked at in all of lib/', () => {
    const modules = result.modules.map(module => module.source).filter(source => source.startsWith('lib/'));
    expect(modules).to.include.members(landmarks);
    expect(modules.length).to.be.at.least(fewestModules);
  });

  for (const { name = '', comment } of forbidden) {
    it(`${name}${comment === undefined ? '' : `: ${comment}`}`, () => {
      expect(violationsOf(result, name)).to.deep.equal([]);
    });
  }
});

describe('the rules of the import direction', function () {
  this.timeout(60_000);
  let folder: string;
  let result: ICruiseResult;

  before(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'baton-architecture-')));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    symlinkSync(join(root, 'package.json'), join(folder, 'package.json'));
    for (const [file, text] of wrongs) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    result = await look(folder);
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const { name = '' } of forbidden) {
    it(`notice a breach of ${name}`, () => {
      const files = wrongs.filter(wrong => wrong[2] === name).map(([file]) => file);
      expect(files).to.not.be.empty;
      const noticed = violationsOf(result, name).map(line => line.split(' → ')[0]);
      expect(noticed).to.include.members(files);
    });
  }
});

async function look(baseDir: string): Promise<ICruiseResult> {
  const tsConfig = extractTsConfig(join(root, 'tsconfig.json'));
  const { output } = await cruise(
    ['lib'],
    { ...rules.options, baseDir, ruleSet: { forbidden }, validate: true },
    {},
    { tsConfig },
  );
  if (typeof output === 'string') throw new Error('dependency-cruiser gave a text');
  return output;
}

function violationsOf(result: ICruiseResult, rule: string): string[] {
  const broken = result.summary.violations.filter(violation => violation.rule.name === rule);
  return broken.map(({ from, to }) => `${from} → ${to}`);
}
