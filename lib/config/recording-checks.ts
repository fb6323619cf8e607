import { isOutside } from './address.ts';
import type { Problem } from './problem.ts';
import { isTree, listAt, type Tree, valueAt } from './tree.ts';

/** What no single key of the recording can know. */
export function checkRecording(tree: Tree): Problem[] {
  return [...checkFlows(tree), ...checkAuth(tree), ...checkSiprec(tree)];
}

/** The streams come from an rtpengine. */
function checkSiprec(tree: Tree): Problem[] {
  return isListed(tree, siprecServers) && valueAt(tree, 'media.anchor') !== 'rtpengine'
    ? [{ key: siprecServers, message: 'needs media.anchor: rtpengine' }]
    : [];
}

const siprecServers = 'recording.siprec.servers';

function checkFlows(tree: Tree): Problem[] {
  const flows = listAt(tree, 'recording.flows').map(flow => (isTree(flow) ? flow : {}));
  const codes = flows.map(flow => flow['accessCode']);
  const hasHttp = isSet(tree, 'recording.http.url');
  const hasServers = isListed(tree, siprecServers);
  return flows.flatMap((flow, index) => {
    const at = `recording.flows[${index}]`;
    const code = codes[index];
    return [
      ...(typeof code === 'string' && codes.indexOf(code) < index
        ? [{ key: `${at}.accessCode`, message: `"${code}" has a flow before` }]
        : []),
      ...(flow['backend'] === 'http' && flow['mode'] !== 'none' && !hasHttp
        ? [{ key: `${at}.backend`, message: 'http needs recording.http.url' }]
        : []),
      ...(flow['backend'] === 'siprec' && flow['mode'] !== 'none' && !hasServers
        ? [{ key: `${at}.backend`, message: 'siprec needs recording.siprec.servers' }]
        : []),
    ];
  });
}

function checkAuth(tree: Tree): Problem[] {
  const at = 'recording.auth';
  const has = (key: string): boolean => listAt(tree, `${at}.${key}`).length > 0;
  const hasKeys = isSet(tree, `${at}.jwksUrl`);
  const listen = valueAt(tree, 'http.listen');
  const isOpen = valueAt(tree, `${at}.mode`) === 'off' && listAt(tree, 'recording.flows').length > 0;
  const isReachable = typeof listen === 'string' && listen !== 'off' && isOutside(listen);
  return [
    ...(valueAt(tree, `${at}.mode`) === 'jwt' && !has('apps') && !has('tokens') && !hasKeys
      ? [{ key: `${at}.mode`, message: 'jwt needs apps, tokens or jwksUrl: nobody would have a token' }]
      : []),
    ...(hasKeys && has('apps')
      ? [{ key: `${at}.apps`, message: 'not with jwksUrl: tokens are given there' }]
      : []),
    // Whoever reaches the port could have calls recorded.
    ...(isOpen && isReachable
      ? [{ key: `${at}.mode`, message: 'must be jwt where http.listen can be reached from outside' }]
      : []),
  ];
}

function isSet(tree: Tree, key: string): boolean {
  return (valueAt(tree, key) ?? '') !== '';
}

/** Something is in a list, which may be a text with commas. */
function isListed(tree: Tree, key: string): boolean {
  return typeof valueAt(tree, key) === 'string' ? isSet(tree, key) : listAt(tree, key).length > 0;
}
