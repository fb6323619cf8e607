/** One line of a Prometheus scrape. */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

const linePattern = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const labelPattern = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

function labelsOf(text: string): Map<string, string> {
  return new Map([...text.matchAll(labelPattern)].map(([, name = '', value = '']) => [name, value]));
}

/** The samples of a scrape; comments are left out. */
export function parsePrometheusText(text: string): Sample[] {
  return text.split('\n').flatMap(line => {
    const [, name, labels, value] = linePattern.exec(line) ?? [];
    return name === undefined ? [] : [{ name, labels: labelsOf(labels ?? ''), value: Number(value) }];
  });
}

/** Sum of the samples of a series, named `name` or `name{label="value",…}`; labels not named may be anything. 0 when there is none. */
export function sumOf(samples: readonly Sample[], series: string): number {
  const [, name, labels] = /^([^{]+)(?:\{(.*)\})?$/.exec(series) ?? [];
  const wanted = [...labelsOf(labels ?? '')];
  return samples
    .filter(
      sample => sample.name === name && wanted.every(([label, value]) => sample.labels.get(label) === value),
    )
    .reduce((sum, sample) => sum + sample.value, 0);
}
