import { DOMParser } from '@xmldom/xmldom';
import { expect } from 'chai';
import { barPlot, escaped, linePlot } from '../../bench/svg.ts';

/** Throws when it is no well-formed XML. */
function parsed(svg: string): ReturnType<DOMParser['parseFromString']> {
  const onError = (_level: string, message: string): never => {
    throw new Error(message);
  };
  return new DOMParser({ onError }).parseFromString(svg, 'text/xml');
}

describe('a plot', () => {
  it('has a bar for each system, as long as its figure, with the spread of the runs over it', () => {
    const bars = [
      { label: 'one', median: 1, min: 1, max: 2 },
      { label: '<two>', median: 2, min: 1, max: 2 },
    ];
    const plot = parsed(barPlot(bars, ({ median }) => `${median} s`));
    const widths = [...plot.getElementsByTagName('rect')].map(bar => Number(bar.getAttribute('width')));
    expect(widths[1]).to.equal((widths[0] ?? 0) * 2);
    expect(plot.getElementsByTagName('line').length).to.equal(2);
    expect(plot.documentElement?.textContent).to.equal('one1 s<two>2 s');
  });

  it('has a line for each system, higher where its figure is, and its name at the end', () => {
    const points = [
      { x: 1_000, y: 10 },
      { x: 50_000, y: 30 },
    ];
    const plot = parsed(linePlot([{ label: 'direct', points }], { x: 'calls', y: 'KiB' }));
    const heights = [...plot.getElementsByTagName('circle')].map(dot => Number(dot.getAttribute('cy')));
    expect(heights[1]).to.be.below(heights[0] ?? 0);
    expect(plot.documentElement?.textContent).to.include('direct').and.to.include('50,000');
  });

  it('writes what stands in text as text', () => {
    expect(escaped('<a & "b">')).to.equal('&lt;a &amp; &quot;b&quot;&gt;');
  });
});
