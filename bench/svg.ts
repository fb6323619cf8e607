/** One bar, or one group of bars, of a plot. */
export interface Bar {
  readonly label: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** One line of a plot. */
export interface Line {
  readonly label: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Told apart in grey print and by those who see few colours: by lightness as well as by hue. */
export const colours = ['#1b4f72', '#2e86c1', '#85c1e9', '#a04000', '#e59866'] as const;

const [width, rowHeight, labelWidth, valueWidth] = [640, 26, 110, 150];

/** Bars from left to right, with the spread of the runs as a thin line. */
export function barPlot(bars: readonly Bar[], text: (bar: Bar) => string): string {
  const most = Math.max(...bars.map(({ max }) => max), Number.MIN_VALUE);
  const scale = (width - labelWidth - valueWidth) / most;
  const rows = bars.map((bar, at) => {
    const y = at * rowHeight;
    const to = (value: number): string => (labelWidth + Math.max(0, value) * scale).toFixed(1);
    const middle = y + rowHeight / 2;
    return [
      `<text x="${labelWidth - 8}" y="${middle + 4}" text-anchor="end">${escaped(bar.label)}</text>`,
      `<rect x="${labelWidth}" y="${y + 4}" width="${(Math.max(0, bar.median) * scale).toFixed(1)}" height="${rowHeight - 8}" fill="${colourOf(at)}"/>`,
      `<line x1="${to(bar.min)}" x2="${to(bar.max)}" y1="${middle}" y2="${middle}" stroke="#111" stroke-width="1.5"/>`,
      `<text x="${Number(to(bar.max)) + 8}" y="${middle + 4}">${escaped(text(bar))}</text>`,
    ].join('');
  });
  return svg(bars.length * rowHeight, rows.join(''));
}

const [plotHeight, bottom] = [240, 30];

/** Lines over a logarithmic axis from left to right; the vertical one begins at 0. */
export function linePlot(lines: readonly Line[], axes: { readonly x: string; readonly y: string }): string {
  const all = lines.flatMap(({ points }) => points);
  const xs = [...new Set(all.map(({ x }) => x))].toSorted((one, other) => one - other);
  const [least = 1, most = 1] = [xs[0], xs.at(-1)];
  const highest = Math.max(...all.map(({ y }) => y), Number.MIN_VALUE);
  const left = (x: number): number =>
    labelWidth +
    (width - labelWidth - valueWidth) * (most === least ? 0.5 : Math.log(x / least) / Math.log(most / least));
  const top = (y: number): number => 20 + (plotHeight - bottom - 20) * (1 - Math.max(0, y) / highest);
  const drawn = lines.map(({ label, points }, at) => {
    const path = points.map(({ x, y }) => `${left(x).toFixed(1)},${top(y).toFixed(1)}`);
    const dots = path.map(
      place =>
        `<circle cx="${place.split(',')[0]}" cy="${place.split(',')[1]}" r="3" fill="${colourOf(at)}"/>`,
    );
    const last = points.at(-1);
    const name =
      last === undefined
        ? ''
        : `<text x="${(left(last.x) + 8).toFixed(1)}" y="${(top(last.y) + 4).toFixed(1)}">${escaped(label)}</text>`;
    return `<polyline points="${path.join(' ')}" fill="none" stroke="${colourOf(at)}" stroke-width="2"/>${dots.join('')}${name}`;
  });
  const floor = plotHeight - bottom;
  const marks = xs.map(
    x =>
      `<text x="${left(x).toFixed(1)}" y="${floor + 16}" text-anchor="middle">${x.toLocaleString('en')}</text>`,
  );
  const frame = [
    `<line x1="${labelWidth}" x2="${width - valueWidth}" y1="${floor}" y2="${floor}" stroke="#999"/>`,
    `<text x="${labelWidth - 8}" y="${top(highest) + 4}" text-anchor="end">${highest.toPrecision(3)}</text>`,
    `<text x="${labelWidth - 8}" y="${floor + 4}" text-anchor="end">0</text>`,
    `<text x="${labelWidth - 8}" y="${plotHeight / 2}" text-anchor="end">${escaped(axes.y)}</text>`,
    `<text x="${(width - valueWidth + labelWidth) / 2}" y="${plotHeight - 1}" text-anchor="middle">${escaped(axes.x)}</text>`,
  ];
  return svg(plotHeight, [...frame, ...marks, ...drawn].join(''));
}

function colourOf(at: number): string {
  return colours[at % colours.length] ?? colours[0];
}

function svg(height: number, content: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">${content}</svg>`;
}

/** As text of HTML. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
