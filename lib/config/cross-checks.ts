import { registeredWord } from '../routing/trunk.ts';
import { isOutside } from './address.ts';
import { splitAtCommas } from './field.ts';
import type { Problem } from './problem.ts';
import { checkRecording } from './recording-checks.ts';
import { isTree, listAt, type Tree, valueAt } from './tree.ts';

/** What no single key can know. Reads the raw values, so that it speaks also when something else is wrong. */
export function crossCheck(tree: Tree): Problem[] {
  return [
    ...checkNames(tree, 'trunks', 'trunk'),
    ...checkNames(tree, 'webhooks.targets', 'webhook'),
    ...checkRoutes(tree),
    ...checkRegistered(tree),
    ...checkIncomingCall(tree),
    ...checkListeners(tree),
    ...checkHttp(tree),
    ...checkKafka(tree),
    ...checkMedia(tree),
    ...checkRecording(tree),
  ];
}

/** Names of a list that must not repeat; `what` is one of them. */
function checkNames(tree: Tree, list: string, what: string): Problem[] {
  const names = listAt(tree, list).map(item => (isTree(item) ? item['name'] : undefined));
  return names.flatMap((name, index) =>
    typeof name === 'string' && names.indexOf(name) < index
      ? [{ key: `${list}[${index}].name`, message: `"${name}" is the name of an earlier ${what}` }]
      : [],
  );
}

/** REGISTER that is not served leaves no contacts. */
function checkRegistered(tree: Tree): Problem[] {
  if (valueAt(tree, 'registrar.enabled') !== false) return [];
  return listAt(tree, 'routes').flatMap((route, index) => {
    const targets = isTree(route) ? route['targets'] : undefined;
    const list = typeof targets === 'string' ? splitAtCommas(targets) : Array.isArray(targets) ? targets : [];
    return list.includes(registeredWord)
      ? [{ key: `routes[${index}].targets`, message: `${registeredWord} needs registrar.enabled` }]
      : [];
  });
}

function checkRoutes(tree: Tree): Problem[] {
  const names = new Set(listAt(tree, 'trunks').map(trunk => (isTree(trunk) ? trunk['name'] : undefined)));
  return listAt(tree, 'routes').flatMap((route, index) =>
    ['trunk', 'targetTrunk'].flatMap(field => {
      const name = isTree(route) ? route[field] : undefined;
      if (typeof name !== 'string' || names.has(name)) return [];
      return [{ key: `routes[${index}].${field}`, message: `no trunk is named "${name}"` }];
    }),
  );
}

function checkIncomingCall(tree: Tree): Problem[] {
  const at = 'webhooks.incomingCall';
  const names = new Set(listAt(tree, 'trunks').map(trunk => (isTree(trunk) ? trunk['name'] : undefined)));
  const isOn = (valueAt(tree, `${at}.url`) ?? '') !== '';
  const hasSecret = (valueAt(tree, `${at}.secret`) ?? '') !== '';
  return [
    ...(isOn && !hasSecret ? [{ key: `${at}.secret`, message: 'must be set where url is' }] : []),
    ...listAt(tree, `${at}.trunks`).flatMap((name, index) =>
      names.has(name)
        ? []
        : [{ key: `${at}.trunks[${index}]`, message: `no trunk is named "${String(name)}"` }],
    ),
  ];
}

function checkListeners(tree: Tree): Problem[] {
  const value = valueAt(tree, 'sip.listen');
  const listeners = typeof value === 'string' ? splitAtCommas(value) : listAt(tree, 'sip.listen');
  return listeners.flatMap((listener, index) =>
    typeof listener === 'string' && !listener.endsWith(':0') && listeners.indexOf(listener) < index
      ? [{ key: `sip.listen[${index}]`, message: `"${listener}" is there twice` }]
      : [],
  );
}

/** Without tokens everybody who reaches the port may read: only this machine shall reach it. */
function checkHttp(tree: Tree): Problem[] {
  const listen = valueAt(tree, 'http.listen');
  const tokens = valueAt(tree, 'http.tokens');
  const open =
    typeof tokens === 'string'
      ? splitAtCommas(tokens).length === 0
      : listAt(tree, 'http.tokens').length === 0;
  if (!open || typeof listen !== 'string' || listen === 'off' || !isOutside(listen)) return [];
  return [
    {
      key: 'http.listen',
      message: `"${listen}" can be reached from outside: set http.tokens, or listen on loopback`,
    },
  ];
}

function checkKafka(tree: Tree): Problem[] {
  const at = (key: string): unknown => valueAt(tree, `kafka.${key}`);
  const isSet = (key: string): boolean => (at(key) ?? '') !== '';
  const problem = (key: string, message: string): Problem => ({ key: `kafka.${key}`, message });
  const usesSasl = isSet('sasl.mechanism') && at('sasl.mechanism') !== 'none';
  return [
    // Transactions need it.
    ...(isSet('acks') && at('acks') !== 'all' && at('outbox.kind') !== 'none'
      ? [problem('acks', 'must be all where events are kept in an outbox')]
      : []),
    ...['sasl.username', 'sasl.password'].flatMap(key =>
      usesSasl && !isSet(key) ? [problem(key, 'must be set where sasl.mechanism is')] : [],
    ),
    ...(isSet('tls.cert') !== isSet('tls.key')
      ? [problem(isSet('tls.cert') ? 'tls.key' : 'tls.cert', 'tls.cert and tls.key go together')]
      : []),
    ...(isSet('topics.callThread') && at('topics.callThread') === at('topics.agentState')
      ? [problem('topics.agentState', 'must be another topic than topics.callThread')]
      : []),
    ...(Number(at('retry.firstMs')) > Number(at('retry.maxMs'))
      ? [problem('retry.firstMs', 'must not be over retry.maxMs')]
      : []),
  ];
}

/** Instances are named in one place only, for the anchor and for recordings alike. */
function checkMedia(tree: Tree): Problem[] {
  const key = 'recording.rtpengine.ng';
  const named = valueAt(tree, key);
  const isNamed = typeof named === 'string' ? splitAtCommas(named).length > 0 : listAt(tree, key).length > 0;
  return valueAt(tree, 'media.anchor') === 'rtpengine' && !isNamed
    ? [{ key, message: 'must be set where media.anchor is rtpengine' }]
    : [];
}
