import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Admin, kGetConnection } from '@platformatic/kafka';
import { expect } from 'chai';
import { clientOptions, Held } from '../../lib/kafka/client.ts';
import { failureOf } from '../../lib/kafka/failures.ts';
import { producersOptions } from './support.ts';

const { config } = producersOptions;

describe('a client that is held by the hand', () => {
  let server: Server;
  let held: Held<Admin>;

  beforeEach(async () => {
    server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const brokers = [{ host: '127.0.0.1', port: (server.address() as AddressInfo).port }];
    held = new Held(new Admin(clientOptions({ config: { ...config, brokers }, tls: undefined })));
  });

  afterEach(async () => {
    held.end();
    await new Promise(resolve => server.close(resolve));
  });

  it('fails where it is sent to a broker that is not there any more', async () => {
    const error = await new Promise(resolve => {
      held.client[kGetConnection](undefined as never, resolve);
    });
    expect(failureOf(error)).to.include({ kind: 'retry', code: 'kafka-unreachable' });
  });

  it('fails what is under way when it is ended, and hangs up', async () => {
    const asking = held.client.metadata({ topics: [] }).catch(failureOf);
    const [socket] = (await once(server, 'connection')) as [Socket];
    await once(socket, 'data');
    const closed = once(socket, 'close');
    held.end();
    expect(await asking).to.include({ kind: 'retry', code: 'kafka-unreachable' });
    await closed;
  });

  it('tells that a connection is lost, but not that it has ended it itself', async () => {
    let lost = 0;
    held.onLost = () => (lost += 1);
    for (const end of [(socket: Socket) => socket.destroy(), () => held.end()]) {
      const asking = held.client.metadata({ topics: [] }).catch(failureOf);
      const [socket] = (await once(server, 'connection')) as [Socket];
      await once(socket, 'data');
      end(socket);
      await asking;
    }
    expect(lost).to.equal(1);
  });

  it('survives a connection that fails more than once', async () => {
    const asking = held.client.metadata({ topics: [] }).catch(failureOf);
    const [socket] = (await once(server, 'connection')) as [Socket];
    await once(socket, 'data');
    const [[, connection] = []] = held.client.connections;
    for (const message of ['once', 'twice']) connection?.emit('error', new Error(message));
    socket.destroy();
    expect(await asking).to.include({ code: 'kafka-unreachable' });
  });
});
