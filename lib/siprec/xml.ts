import type { Brand } from '../brand.ts';

/** As much of XML 1.0 as writing it takes. */

/** What may stand between two tags as it is. */
export type Markup = Brand<string, 'Markup'>;

/** An element with its attributes; without children it is empty. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  children: readonly Markup[] = [],
): Markup {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapedAttribute(value)}"`);
  const start = `<${name}${written.join('')}`;
  return (children.length === 0 ? `${start}/>` : `${start}>${children.join('')}</${name}>`) as Markup;
}

/** An element that has a text only. */
export function textElement(name: string, text: string): Markup {
  return element(name, {}, [escapedText(text)]);
}

/** XML 1.0 §2.4, §2.11: also the `>` of `]]>`, and a CR, which a reader would take for a line break. */
export function escapedText(text: string): Markup {
  return legal(text).replace(/[&<>\r]/g, escapedCharacter) as Markup;
}

/** XML 1.0 §3.3.3: white space other than a space would become a space. */
function escapedAttribute(value: string): string {
  return legal(value).replace(/[&<>"\r\n\t]/g, escapedCharacter);
}

const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapedCharacter = (character: string): string =>
  named[character] ?? `&#${String(character.charCodeAt(0))};`;

/** XML 1.0 §2.2: what may not occur at all, not even escaped, becomes U+FFFD. */
export function legal(text: string): string {
  return text.replace(illegal, '\ufffd');
}
const illegal = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu;
