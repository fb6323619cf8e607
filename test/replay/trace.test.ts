import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { readTrace } from './trace.ts';

const names = readdirSync(new URL('../fixtures/traces/', import.meta.url))
  .filter(file => /^\d\d-.*\.txt$/.test(file) && !file.startsWith('30'))
  .map(file => file.replace('.txt', ''));

describe('the recorded conversations', () => {
  for (const name of names) {
    it(`${name} gives every message with the size the recorder counted`, () => {
      const steps = readTrace(name);
      expect(steps).to.have.length.above(3);
      for (const { line, octets, sizeBytes } of steps)
        expect(octets, `line ${line}`).to.have.length(sizeBytes);
    });
  }
});
