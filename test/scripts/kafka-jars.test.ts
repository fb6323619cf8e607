import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const script = fileURLToPath(new URL('../../scripts/kafka.mjs', import.meta.url));
const howToInstall = 'run: sudo apt-get update && sudo apt-get install -y openjdk-17-jre-headless maven';
/** Says that it is new enough, and can do nothing. */
const java = 'test "$1" = -version && echo \'openjdk version "21.0.1" 2023-10-17\' >&2';
/** Maven puts the jars where its last argument says. */
const toJars = 'for last; do :; done; jars="${last#-DoutputDirectory=}"; mkdir -p "$jars"';

describe('npm run kafka, where Kafka is not fetched yet', function () {
  this.timeout(30_000);
  let scratch: string;
  let cache: string;
  const taken = createServer();

  before(async () => {
    await once(taken.listen(0, '127.0.0.1'), 'listening');
  });

  after(() => taken.close());

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'baton-jars-'));
    mkdirSync(join(scratch, 'bin'));
    cache = join(scratch, 'baton', 'kafka');
  });

  afterEach(() => {
    rmSync(scratch, { recursive: true });
  });

  for (const [missing, programs] of [
    ['Java 17 or newer is', { mvn: 'exit 0' }],
    ['Java 17 or newer is', { mvn: 'exit 0', java: `echo 'openjdk version "11.0.2" 2019-01-15' >&2` }],
    ['Maven is', { java }],
    ['Java 17 or newer and Maven are', {}],
  ] as const) {
    it(`says in one line what to install: with ${Object.keys(programs).join(' and ') || 'nothing'}, ${missing} missing`, async () => {
      install(programs);
      expect(await run()).to.deep.equal({
        code: 1,
        stderr: `baton: ${missing} missing; ${howToInstall}\n`,
      });
    });
  }

  it('leaves nothing behind when the fetch breaks, and says why', async () => {
    install({
      java,
      mvn: `${toJars}; echo half > "$jars/kafka.jar"; echo '[ERROR] no route to host'; exit 1`,
    });
    const { code, stderr } = await run();
    expect(code).to.equal(1);
    expect(stderr).to.match(
      /^baton: fetching Kafka 4\.\S+ from Maven Central\nbaton: .*: no route to host\n$/,
    );
    expect(readdirSync(cache)).to.deep.equal([]);
  });

  it('leaves nothing behind when it is told to end while it fetches, and ends with 0', async () => {
    install({ java, mvn: `${toJars}; exec sleep 60` });
    const kafka = start();
    await once(kafka.stderr, 'data');
    kafka.kill('SIGTERM');
    const [code] = (await once(kafka, 'close')) as [number | null];
    expect(code).to.equal(0);
    expect(readdirSync(cache)).to.deep.equal([]);
  });

  it('removes what a fetch has left that was killed long ago', async () => {
    install({ java, mvn: 'exit 1' });
    for (const [name, hours] of Object.entries({ 'fetch-old': 2, 'fetch-new': 0 })) {
      mkdirSync(join(cache, name), { recursive: true });
      const time = new Date(Date.now() - hours * 3_600_000);
      utimesSync(join(cache, name), time, time);
    }
    await run();
    expect(readdirSync(cache)).to.deep.equal(['fetch-new']);
  });

  it('fetches well when two start at once, and not again', async () => {
    const meet = `touch ${scratch}/here-$$; while [ "$(ls ${scratch} | grep -c here-)" -lt 2 ]; do sleep 0.05; done`;
    install({ java, mvn: `${meet}; ${toJars}; echo whole > "$jars/kafka.jar"` });
    await Promise.all([run(), run()]);
    const [folder = ''] = readdirSync(cache);
    expect(readdirSync(cache)).to.deep.equal([folder]);
    expect(readdirSync(join(cache, folder))).to.deep.equal(['kafka.jar']);
    expect((await run()).stderr).to.not.include('fetching');
  });

  it('needs no Maven once Kafka is there', async () => {
    install({ java, mvn: `${toJars}; echo whole > "$jars/kafka.jar"` });
    await run();
    rmSync(join(scratch, 'bin', 'mvn'));
    expect((await run()).stderr).to.match(/^baton: 127\.0\.0\.1:\d+ cannot be bound \(EADDRINUSE\)\n$/);
  });

  /** Programs that do what these lines of a shell say; nothing else is found. */
  function install(programs: Readonly<Record<string, string>>): void {
    const start = '#!/bin/sh\nPATH=/usr/bin:/bin\ntest "$1" = --version && exit\n';
    for (const [name, lines] of Object.entries(programs))
      writeFileSync(join(scratch, 'bin', name), `${start}${lines}\n`, { mode: 0o755 });
  }

  /** It goes no further than to the port, which is taken. */
  function start() {
    const env = { PATH: join(scratch, 'bin'), XDG_CACHE_HOME: scratch, XDG_DATA_HOME: join(scratch, 'data') };
    const { port } = taken.address() as AddressInfo;
    return spawn(process.execPath, [script, '--port', String(port)], { env, stdio: 'pipe' });
  }

  async function run(): Promise<{ code: unknown; stderr: string }> {
    const kafka = start();
    const [[code], stderr] = await Promise.all([
      once(kafka, 'close') as Promise<unknown[]>,
      text(kafka.stderr),
    ]);
    return { code, stderr };
  }
});
