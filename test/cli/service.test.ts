import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { pino } from 'pino';
import { runService, type Service, type ServiceRun } from '../../lib/cli/service.ts';
import { ConfigError } from '../../lib/config.ts';
import { BatonError } from '../../lib/errors.ts';

/** A process that records instead of ending. */
class PaperProcess extends EventEmitter {
  readonly exits: number[] = [];
  terminal = false;

  exit(code: number): void {
    this.exits.push(code);
  }

  hasTerminal(): boolean {
    return this.terminal;
  }
}

class PaperService implements Service {
  stops = 0;
  #stopped: (error?: Error) => void = () => {};
  readonly #end = new Promise<void>((resolve, reject) => {
    this.#stopped = error => (error === undefined ? resolve() : reject(error));
  });

  async stop(): Promise<void> {
    this.stops += 1;
    await this.#end;
  }

  finish(error?: Error): void {
    this.#stopped(error);
  }
}

describe('a service of the command line', () => {
  let host: PaperProcess;
  let service: PaperService;
  let nowMs: number;
  let complaints: string[];
  let logged: Record<string, unknown>[];

  beforeEach(() => {
    host = new PaperProcess();
    service = new PaperService();
    nowMs = 0;
    complaints = [];
    logged = [];
  });

  function run(start: ServiceRun['start'] = async () => service, reload?: () => void): Promise<number> {
    const stream = { write: (line: string) => logged.push(JSON.parse(line) as Record<string, unknown>) };
    return runService({
      host,
      log: pino({}, stream),
      start,
      complain: line => complaints.push(line),
      nowMs: () => nowMs,
      ...(reload !== undefined && { reload }),
    });
  }

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    it(`stops at ${signal} and ends with 0`, async () => {
      const code = run();
      await settle();
      host.emit(signal);
      service.finish();
      expect(await code).to.equal(0);
      expect(service.stops).to.equal(1);
      expect(logged.map(line => line['msg'])).to.deep.equal(['stopping', 'stopped']);
    });
  }

  describe('that can read its configuration anew', () => {
    let reloads: number;
    const reload = (): void => void (reloads += 1);
    const logs = () => logged.map(line => line['msg']);

    beforeEach(() => {
      reloads = 0;
    });

    it('does so at each SIGHUP, and goes on', async () => {
      void run(undefined, reload);
      await settle();
      host.emit('SIGHUP');
      host.emit('SIGHUP');
      expect([reloads, service.stops, logs()]).to.deep.equal([2, 0, []]);
    });

    it('stays as it is when that cannot be read, and says why', async () => {
      void run(undefined, () => {
        throw new Error('flows[0]: wrong');
      });
      await settle();
      host.emit('SIGHUP');
      expect(service.stops).to.equal(0);
      expect(logged[0]).to.include({ level: 50, code: 'config-invalid', reason: 'flows[0]: wrong' });
    });

    it('stops when its terminal has hung up', async () => {
      host.terminal = true;
      void run(undefined, reload);
      await settle();
      host.emit('SIGHUP');
      host.terminal = false;
      host.emit('SIGHUP');
      await settle();
      expect([reloads, service.stops, logs()]).to.deep.equal([1, 1, ['stopping']]);
    });

    it('leaves a start that is under way alone', async () => {
      let started: (service: Service) => void = () => {};
      void run(() => new Promise(resolve => (started = resolve)), reload);
      host.emit('SIGHUP');
      started(service);
      await settle();
      expect([reloads, service.stops]).to.deep.equal([0, 0]);
    });

    it('hears nothing of it while it stops', async () => {
      void run(undefined, reload);
      await settle();
      host.emit('SIGTERM');
      host.emit('SIGHUP');
      expect([reloads, host.exits]).to.deep.equal([0, []]);
    });
  });

  it('runs until it is asked to stop', async () => {
    const first = await Promise.race([run(), settle().then(() => 'still running')]);
    expect(first).to.equal('still running');
    expect(service.stops).to.equal(0);
  });

  it('counts repeats within a second as one signal', async () => {
    const code = run();
    await settle();
    host.emit('SIGTERM');
    nowMs = 1_000;
    host.emit('SIGTERM');
    host.emit('SIGINT');
    service.finish();
    expect(await code).to.equal(0);
    expect(host.exits).to.deep.equal([]);
    expect(service.stops).to.equal(1);
  });

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`ends at once with ${code} at a later ${signal}`, async () => {
      void run();
      await settle();
      host.emit('SIGTERM');
      nowMs = 1_001;
      host.emit(signal);
      expect(host.exits).to.deep.equal([code]);
    });
  }

  it('stops after the start when the signal comes before it is done', async () => {
    let started: (service: Service) => void = () => {};
    const code = run(() => new Promise(resolve => (started = resolve)));
    host.emit('SIGTERM');
    await settle();
    expect(service.stops).to.equal(0);
    started(service);
    service.finish();
    expect(await code).to.equal(0);
    expect(service.stops).to.equal(1);
  });

  it('lets a start hear of the signal, and ends with 0 when the start gives up by it', async () => {
    const code = run(waitForEver);
    await settle();
    host.emit('SIGTERM');
    host.emit('SIGTERM');
    expect(await code).to.equal(0);
    expect(host.exits).to.deep.equal([]);
    expect(complaints).to.deep.equal([]);
    expect(logged.map(line => line['msg'])).to.deep.equal(['stopping', 'stopped']);
  });

  it('tells what a start failed by, although it had been asked to stop', async () => {
    let fail: (error: Error) => void = () => {};
    const code = run(() => new Promise((_started, failed) => (fail = failed)));
    host.emit('SIGTERM');
    fail(new BatonError('port-in-use', 'http.listen: 127.0.0.1:8080 is in use'));
    expect(await code).to.equal(1);
    expect(complaints).to.deep.equal(['baton: http.listen: 127.0.0.1:8080 is in use']);
  });

  it('ends at once at a later signal when the start does not give up', async () => {
    void run(() => new Promise(() => undefined));
    host.emit('SIGTERM');
    nowMs = 1_001;
    host.emit('SIGTERM');
    expect(host.exits).to.deep.equal([143]);
  });

  it('ends with 70 when stopping fails', async () => {
    const code = run();
    host.emit('SIGTERM');
    service.finish(new Error('the store is gone'));
    expect(await code).to.equal(70);
    expect(logged.at(-1)).to.include({ level: 60, msg: 'stopping failed' });
  });

  for (const [what, error, code, line] of [
    [
      'a port in use, known',
      new BatonError('port-in-use', 'http.listen: 127.0.0.1:8080 is in use'),
      1,
      'baton: http.listen: 127.0.0.1:8080 is in use',
    ],
    [
      'a port in use, from Node',
      systemError('EADDRINUSE', 'bind EADDRINUSE 0.0.0.0:5060'),
      1,
      'baton: bind EADDRINUSE 0.0.0.0:5060',
    ],
    [
      'an address that is not ours',
      systemError('EADDRNOTAVAIL', 'bind EADDRNOTAVAIL 10.9.9.9'),
      1,
      'baton: bind EADDRNOTAVAIL 10.9.9.9',
    ],
    [
      'a configuration that fails late',
      new ConfigError([{ key: 'a', message: 'b' }]),
      78,
      'baton: configuration refused:\n  a: b',
    ],
  ] as const) {
    it(`tells ${what} in one go and ends with ${code}`, async () => {
      expect(await run(() => Promise.reject(error))).to.equal(code);
      expect(complaints).to.deep.equal([line]);
      expect(logged).to.deep.equal([]);
    });
  }

  it('logs a start that failed for another reason and ends with 70', async () => {
    expect(await run(() => Promise.reject(new TypeError('x is undefined')))).to.equal(70);
    expect(logged[0]).to.deep.include({ level: 60, msg: 'start failed' });
  });

  for (const event of ['uncaughtException', 'unhandledRejection']) {
    it(`logs an ${event} as fatal and ends with 70`, async () => {
      void run();
      await settle();
      host.emit(event, new Error('a defect'));
      expect(host.exits).to.deep.equal([70]);
      expect(logged[0]).to.deep.include({ level: 60 });
      expect(JSON.stringify(logged[0])).to.include('a defect');
    });
  }
});

/** A start that only the signal ends. */
function waitForEver(asked: AbortSignal): Promise<Service> {
  return new Promise((_started, failed) => {
    asked.addEventListener('abort', () => failed(asked.reason as Error));
  });
}

function systemError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** Lets every promise that is ready go on. */
function settle(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve);
  });
}
