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
  const codes = listAt(tree, 'recording.flows').map(flow => (isTree(flow) ? flow['accessCode'] : undefined));
  const texts = codes.map(String);
  return texts.flatMap((code, index) =>
    codes[index] !== undefined && texts.indexOf(code) < index
      ? [{ key: `recording.flows[${index}].accessCode`, message: `"${code}" has a flow before` }]
      : [],
  );
}

function checkAuth(tree: Tree): Problem[] {
  const at = 'recording.auth';
  const hasKeys = (valueAt(tree, `${at}.jwksUrl`) ?? '') !== '';
  const listen = valueAt(tree, 'http.listen');
  const isOpen = valueAt(tree, `${at}.mode`) === 'off' && listAt(tree, 'recording.flows').length > 0;
  const isReachable = typeof listen === 'string' && listen !== 'off' && isOutside(listen);
  return [
    ...(hasKeys && listAt(tree, `${at}.apps`).length > 0
      ? [{ key: `${at}.apps`, message: 'not with jwksUrl: tokens are given there' }]
      : []),
    // Whoever reaches the port could have calls recorded.
    ...(isOpen && isReachable
      ? [{ key: `${at}.mode`, message: 'must be jwt where http.listen can be reached from outside' }]
      : []),
  ];
}

/** Something is in a list, which may be a text with commas. */
function isListed(tree: Tree, key: string): boolean {
  const value = valueAt(tree, key);
  return typeof value === 'string' ? value !== '' : listAt(tree, key).length > 0;
}
