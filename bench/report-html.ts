import type { Report } from './comparison.ts';
import type { Figure } from './ledger.ts';
import { figureText, type Row, rowsOf } from './report-text.ts';
import { barPlot, escaped, linePlot } from './svg.ts';

const style = `
body { font: 15px/1.45 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #111; background: #fff; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; } h3 { font-size: 1em; margin-bottom: .3em; }
svg { max-width: 100%; height: auto; font: 12px system-ui, sans-serif; display: block; }
table { border-collapse: collapse; font-size: .85em; } th, td { border-bottom: 1px solid #ddd; padding: .25em .7em; text-align: right; }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left; }
.note { color: #555; font-size: .9em; }
`;

/** The whole report as one page that needs nothing else: a plot for each measure, and a table of all. */
export function reportHtml(report: Report): string {
  const rows = rowsOf(report.figures);
  const stories = [...new Set(rows.map(({ story }) => story))];
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Baton: load measured</title>',
    `<style>${style}</style></head><body><h1>Baton: load measured</h1>`,
    about(report),
    ...stories.map(story =>
      storyHtml(
        story,
        rows.filter(row => row.story === story),
      ),
    ),
    '<h2>All figures</h2>',
    table(report, rows),
    discarded(report),
    '</body></html>\n',
  ].join('\n');
}

function about({ machine, startedAt, tookSeconds, systems, missing, options, figures }: Report): string {
  const foreign = Math.max(0, ...figures.flatMap(({ foreignCores }) => foreignCores));
  const lines = [
    `${machine}. Begun ${startedAt}, took ${Math.round(tookSeconds / 60)} min.`,
    `Median of ${options.runs} runs, least to most; systems in turn, never at once. In runs that count others kept up to ${foreign.toFixed(2)} processors busy.`,
    'The two SIPps that call and answer share the processors with the system. CPU is that of the system alone.',
    ...systems.map(({ name, about: what }) => `${name}: ${what}`),
    ...missing.map(({ name, why }) => `${name}: left out, ${why}`),
  ];
  return `<p>${lines.map(escaped).join('<br>')}</p>`;
}

function storyHtml(story: string, rows: readonly Row[]): string {
  // A measure at several numbers of standing calls is a line; others are bars.
  const series = [...new Set(rows.map(({ measure }) => measure))];
  const plots = series.map(measure => plot(rows.filter(row => row.measure === measure)));
  return `<h2>${escaped(story)}</h2>\n${plots.join('\n')}`;
}

function plot(rows: readonly Row[]): string {
  const [row] = rows;
  if (row === undefined) return '';
  const at = row.at === undefined || rows.length > 1 ? '' : ` at ${row.at}`;
  const title = `<h3>${escaped(`${row.measure}${at}, ${row.unit}`)}</h3>`;
  return title + (rows.length > 1 ? lines(rows) : bars(row));
}

function bars({ bySystem }: Row): string {
  const figures = [...bySystem.values()].map(figure => ({ ...figure, label: figure.system }));
  return barPlot(figures, bar => figureText(figures.find(({ label }) => label === bar.label)));
}

function lines(rows: readonly Row[]): string {
  const systems = [...new Set(rows.flatMap(({ bySystem }) => [...bySystem.keys()]))];
  const all = systems.map(system => ({
    label: system,
    points: rows.flatMap(({ at, bySystem }) => {
      const figure = bySystem.get(system);
      return at === undefined || figure === undefined ? [] : [{ x: at, y: figure.median }];
    }),
  }));
  return linePlot(all, { x: 'standing calls', y: rows[0]?.unit ?? '' });
}

function table({ systems }: Report, rows: readonly Row[]): string {
  const head = ['story', 'measure', 'at', ...systems.map(({ name }) => name)];
  const body = rows.map(({ story, measure, at, unit, bySystem }) => [
    story,
    `${measure}, ${unit}`,
    at === undefined ? '' : String(at),
    ...systems.map(({ name }) => figureText(bySystem.get(name))),
  ]);
  const cells = (row: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${row.map(cell => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${cells(head, 'th')}${body.map(row => cells(row, 'td')).join('\n')}</table>`;
}

function discarded(report: Report): string {
  const items = report.discarded.map(
    ({ story, system, measure, why }) => `<li>${escaped([story, system, measure, why].join(', '))}</li>`,
  );
  const runs = items.length === 0 ? '<p>None.</p>' : `<ul>${items.join('\n')}</ul>`;
  return `<h2>Runs that do not count</h2>${runs}<p class="note">${escaped(spreads(report.figures))}</p>`;
}

/** How far apart the runs of one figure were. */
function spreads(figures: readonly Figure[]): string {
  const shares = figures.flatMap(({ median, min, max, runs }) =>
    runs > 1 && median > 0 ? [((max - min) / median) * 100] : [],
  );
  if (shares.length === 0) return 'Figures of one run each.';
  const sorted = shares.toSorted((one, other) => one - other);
  return `Between the least and the most of a figure's runs lie ${sorted[Math.floor(sorted.length / 2)]?.toFixed(0)} % of it (median of all figures).`;
}
