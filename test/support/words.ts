/** Replaces `{word}` by what it stands for and `{x*600}` by a row of 600 x; an unknown word stays as it is. */
export function fillIn(text: string, words: ReadonlyMap<string, string>): string {
  return text
    .replace(/\{(.)\*(\d+)\}/g, (_, letter: string, times: string) => letter.repeat(Number(times)))
    .replace(/\{([\w-]+)\}/g, (whole, word: string) => words.get(word) ?? whole);
}

/** The same in every text of a JSON value. */
export function fillInJson<Json>(json: Json, words: ReadonlyMap<string, string>): Json {
  const escaped = new Map([...words].map(([word, text]) => [word, JSON.stringify(text).slice(1, -1)]));
  return JSON.parse(fillIn(JSON.stringify(json), escaped)) as Json;
}
