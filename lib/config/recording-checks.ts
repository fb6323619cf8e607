import { isOutside } from './address.ts';
import type { Problem } from './problem.ts';
import { isTree, listAt, type Tree, valueAt } from './tree.ts';

/** What no single key of the recording can know. */
export function checkRecording(tree: Tree): Problem[] {
  return [...checkFlows(tree), ...checkAuth(tree)];
}

function checkFlows(tree: Tree): Problem[] {
  const flows = listAt(tree, 'recording.flows').map(flow => (isTree(flow) ? flow : {}));
  const codes = flows.map(flow => flow['accessCode']);
  const hasHttp = isSet(tree, 'recording.http.url');
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
