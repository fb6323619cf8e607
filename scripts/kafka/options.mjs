import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { protocols } from './settings.mjs';

/**
 * What `npm run kafka` was asked for; scripts/kafka.mjs says what the flags mean.
 * @throws {Error} of one line
 */
export function optionsOf(args) {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string', default: '9092' },
      'controller-port': { type: 'string' },
      data: { type: 'string' },
      fresh: { type: 'boolean', default: false },
      property: { type: 'string', multiple: true, default: [] },
      protocol: { type: 'string', default: 'PLAINTEXT' },
      user: { type: 'string', multiple: true, default: [] },
      'end-with-input': { type: 'boolean', default: false },
      consume: { type: 'string' },
      count: { type: 'string' },
    },
  });
  const port = portOf(values.port);
  const controllerPort = portOf(values['controller-port'] ?? String(port + 1));
  if (!protocols.includes(values.protocol))
    throw new Error(`--protocol must be one of ${protocols.join(', ')}, not ${values.protocol}`);
  const strange = values.property.find(property => !/^[^=\s]+=[^\n\r]*$/.test(property));
  if (strange !== undefined) throw new Error(`--property must be KEY=VALUE, not ${strange}`);
  return {
    port,
    controllerPort,
    internalPort: portOf(String(controllerPort + 1)),
    protocol: values.protocol,
    users: values.user.map(userOf),
    data: resolve(
      values.data ?? join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'baton', 'kafka'),
    ),
    fresh: values.fresh,
    properties: values.property,
    endWithInput: values['end-with-input'],
    consume: values.consume,
    count: countOf(values),
  };
}

function portOf(text) {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`a port is 1 to 65535, not ${text}`);
  return port;
}

function countOf({ consume, count }) {
  if (count === undefined) return undefined;
  if (consume === undefined) throw new Error('--count goes with --consume');
  if (!/^[1-9]\d{0,8}$/.test(count)) throw new Error(`--count is how many records, not ${count}`);
  return count;
}

/** Only what needs no quoting in any of the places where it goes. */
function userOf(text) {
  const [, name, password] = /^([\w.-]+):([\w.-]+)$/.exec(text) ?? [];
  if (name === undefined)
    throw new Error('--user must be NAME:PASSWORD of letters, digits, ".", "_" and "-"');
  return { name, password };
}
