import type { Report } from './comparison.ts';
import type { Figure } from './ledger.ts';
import { table } from './report.ts';

/** A row of figures that stand side by side: one measure, each system. */
export interface Row {
  readonly story: string;
  readonly measure: string;
  readonly at: number | undefined;
  readonly unit: string;
  readonly bySystem: ReadonlyMap<string, Figure>;
}

/** In the order in which they came. */
export function rowsOf(figures: readonly Figure[]): Row[] {
  const rows = new Map<string, Row & { readonly bySystem: Map<string, Figure> }>();
  for (const figure of figures) {
    const { story, measure, at, unit, system } = figure;
    const key = JSON.stringify([story, measure, at]);
    const row = rows.get(key) ?? { story, measure, at, unit, bySystem: new Map<string, Figure>() };
    rows.set(key, row);
    row.bySystem.set(system, figure);
  }
  return [...rows.values()];
}

/** Median, and least to most in parentheses where there were several runs. */
export function figureText(figure: Figure | undefined): string {
  if (figure === undefined) return '–';
  const { median, min, max, runs } = figure;
  const spread = runs > 1 ? ` (${numberText(min)} to ${numberText(max)})` : '';
  return `${numberText(median)}${spread}`;
}

export function numberText(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** All figures as Markdown, and what was discarded or left out. */
export function reportText({ machine, systems, missing, figures, discarded, options }: Report): string {
  const rows = rowsOf(figures).map(({ story, measure, at, unit, bySystem }) => [
    story,
    `${measure}, ${unit}`,
    at ?? '',
    ...systems.map(({ name }) => figureText(bySystem.get(name))),
  ]);
  const head = ['story', 'measure', 'at', ...systems.map(({ name }) => name)];
  const foreign = figures.flatMap(({ foreignCores }) => foreignCores);
  return [
    machine,
    `Median of ${options.runs} (least to most), of standing calls ${options.standingRuns}; others kept up to ${Math.max(0, ...foreign).toFixed(2)} processors busy in the runs that count.`,
    table([head, ...rows]),
    ...missing.map(({ name, why }) => `${name}: left out, ${why}`),
    ...discarded.map(
      ({ story, system, measure, why }) => `discarded: ${story}, ${system}, ${measure}: ${why}`,
    ),
  ].join('\n\n');
}
