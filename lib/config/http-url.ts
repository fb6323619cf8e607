/**
 * Checks a URL that is posted to. What is secret has a key of its own: user and password in a URL end up in logs. `like` is an
 * example of a good one.
 */
export function parseHttpUrl(text: string, like: string): string | Error {
  // It may hold a password: the message does not repeat it.
  if (!URL.canParse(text)) return new Error(`expected a URL like ${like}`);
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return new Error(`expected https: or http:, not ${url.protocol}`);
  if (url.username !== '' || url.password !== '')
    return new Error('user and password do not belong into the URL: there are keys for secrets');
  if (url.hash !== '') return new Error('a fragment is not sent: leave it out');
  return url.href;
}
