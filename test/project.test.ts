import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse as parseYaml } from 'yaml';
import { profileNames, profileOf } from '../lib/attached-data/profile.ts';
import { settings } from '../lib/config/settings.ts';
import { configSchema } from '../lib/config/schema.ts';
import { isTree, type Tree } from '../lib/config/tree.ts';
import { loadConfig } from '../lib/config.ts';

function textOf(file: string): string {
  return readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
}

/** `a.b` and its value for everything that is no map. */
function leavesOf(tree: Tree, prefix = ''): [string, unknown][] {
  return Object.entries(tree).flatMap(([key, value]): [string, unknown][] =>
    isTree(value) ? leavesOf(value, `${prefix}${key}.`) : [[prefix + key, value]],
  );
}

/** The cells of the rows below a heading row, backticks removed. */
function tableOf(page: string, heading: string): string[][] {
  const lines = page.split('\n');
  const start = lines.findIndex(line => line.startsWith(`| ${heading} |`)) + 2;
  const rows = lines.slice(
    start,
    lines.findIndex((line, at) => at >= start && !line.startsWith('|')),
  );
  return rows.map(row =>
    row
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim().replaceAll('`', '')),
  );
}

describe('docs/configuration.md', () => {
  const page = textOf('docs/configuration.md');
  const rows = tableOf(page, 'key');
  const defaults = leavesOf(parseYaml(textOf('config/default.yaml')) as Tree);

  it('has the keys of config/default.yaml in their order, with their defaults', () => {
    const expected = defaults.map(([key, value]) => [key, String(value)]);
    expect(rows.map(([key, value]) => [key, value])).to.deep.equal(expected);
  });

  it('names the variable and the flag of each setting, and no others', () => {
    const documented = rows
      .map(([key, , variable, flag]) => [key, variable, flag])
      .filter(([, variable, flag]) => variable !== '' || flag !== '');
    expect(documented).to.have.deep.members(
      settings.map(({ key, variable, flag = '' }) => [key, variable, flag]),
    );
  });

  for (const [heading, schema] of [
    ['trunk key', configSchema.shape.trunks.element],
    ['route key', configSchema.shape.routes.element],
    ['webhook key', configSchema.shape.webhooks.shape.targets.element],
    ['rule key', configSchema.shape.attachedData.shape.keys.element],
  ] as const) {
    it(`has every ${heading} that is taken`, () => {
      expect(tableOf(page, heading).map(([key]) => key)).to.have.members(Object.keys(schema.shape));
    });
  }

  it('has every profile with its values, and says what they mean', () => {
    const profiles = profileNames.map(profile => new Map(Object.entries(profileOf(profile))));
    const rows = tableOf(page, `profile key | ${profileNames.map(profile => `\`${profile}\``).join(' | ')}`);
    expect(rows).to.deep.equal(
      rows.map(([key = '']) => [
        key,
        ...profiles.map(profile => String(profile.get(key) ?? '').replaceAll(',', ', ')),
      ]),
    );
    const keys = new Set(profiles.flatMap(profile => [...profile.keys()]));
    expect(['base', ...rows.map(([key]) => key)]).to.have.members([...keys]);
    expect(tableOf(page, 'profile key | meaning').map(([key]) => key)).to.have.members([...keys]);
  });

  it('shows an example that is good', () => {
    const example = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
    const config = loadConfig({
      file: 'example.yaml',
      readFile: path => (path === 'example.yaml' ? example : textOf('config/default.yaml')),
    });
    expect(config.trunks.map(trunk => trunk.name)).to.deep.equal(['carrier', 'pbx']);
  });
});

describe('config/default.yaml', () => {
  it('explains every key by a comment above it', () => {
    const lines = textOf('config/default.yaml').split('\n');
    const bare = lines.filter((line, at) => /^ *\w+: *\S/.test(line) && !/^ *#/.test(lines[at - 1] ?? ''));
    expect(bare).to.deep.equal([]);
  });

  it('names the variable of each setting that has one', () => {
    const text = textOf('config/default.yaml');
    for (const { variable } of settings) expect(text).to.include(variable);
  });
});

describe('docker-compose.yml', () => {
  const text = textOf('docker-compose.yml');
  const { services } = parseYaml(text) as { services: Record<string, Service> };

  interface Service {
    readonly image?: string;
    readonly build?: string;
    readonly command?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
    readonly ports?: readonly string[];
    readonly profiles?: readonly string[];
    readonly depends_on?: readonly string[];
  }

  it('puts Baton, built from here, with a real drachtio-server', () => {
    expect(services['drachtio']?.image).to.equal('drachtio/drachtio-server:0.9.10');
    expect(services['baton']).to.deep.include({ build: '.', depends_on: ['drachtio'] });
  });

  it('gives both the same secret, from the environment', () => {
    expect(services['drachtio']?.environment?.['DRACHTIO_SECRET']).to.match(/^\$\{DRACHTIO_SECRET:\?/);
    expect(services['baton']?.environment?.['BATON_SIGNALLING']).to.match(
      /^drachtio:\/\/\$\{DRACHTIO_SECRET:\?[^}]*\}@drachtio:9022$/,
    );
  });

  it('keeps the control port from the outside', () => {
    const ports = Object.values(services).flatMap(service => service.ports ?? []);
    const outside = ['5060:5060/udp', '5060:5060/tcp', '127.0.0.1:8080:8080/tcp', '127.0.0.1:9092:9092/tcp'];
    expect(ports).to.have.members(outside);
  });

  it('has the Kafka of `npm run kafka`, for those who ask for it', () => {
    const pom = textOf('scripts/kafka/pom.xml');
    const versions = pom.matchAll(/<artifactId>kafka[_-][^<]*<\/artifactId>\s*<version>([^<]+)</g);
    const [version, ...others] = new Set([...versions].map(match => match[1]));
    expect(others).to.deep.equal([]);
    expect(services['kafka']).to.deep.include({ image: `apache/kafka:${version}`, profiles: ['kafka'] });
  });

  it('has Kafka be known by the addresses that it listens at', () => {
    const listenersOf = (name: string) =>
      (services['kafka']?.environment?.[name] ?? '').split(',').map(text => text.replace(/\/\/.*:/, ''));
    expect(listenersOf('KAFKA_LISTENERS')).to.include.members(listenersOf('KAFKA_ADVERTISED_LISTENERS'));
  });

  it('sets only variables that Baton reads, to values that it takes', () => {
    const environment = Object.entries(services['baton']?.environment ?? {});
    const known = settings.map(setting => setting.variable);
    expect(known).to.include.members(environment.map(([name]) => name));
    const secrets = { DRACHTIO_SECRET: 'cymru', BATON_HTTP_TOKENS: 'correct-horse-battery' };
    const env = Object.fromEntries(environment.map(([name, value]) => [name, interpolate(value, secrets)]));
    expect(loadConfig({ env }).signalling).to.deep.equal({
      kind: 'drachtio',
      servers: [{ secret: 'cymru', host: 'drachtio', port: 9022 }],
    });
  });

  /** `${NAME:?message}` and `${NAME:-default}`, as Compose fills them in. */
  function interpolate(text: string, values: Readonly<Record<string, string>>): string {
    return text.replace(
      /\$\{(\w+):([?-])([^}]*)\}/g,
      (_all, name: string, sign: string, rest: string) => values[name] ?? (sign === '-' ? rest : ''),
    );
  }
});

describe('package.json', () => {
  const about = JSON.parse(textOf('package.json')) as Readonly<
    Record<string, Readonly<Record<string, string>>>
  >;

  it('has the scripts that people and build machines call', () => {
    expect(about['scripts']).to.include.keys(
      'start',
      'test',
      'lint',
      'typecheck',
      'build',
      'scenarios',
      'bench',
      'format',
      'kafka',
    );
  });

  it('pins every package to one version', () => {
    const versions = Object.entries({ ...about['dependencies'], ...about['devDependencies'] });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).to.deep.equal([]);
  });

  it('has a binary named baton that lib/ is compiled to', () => {
    expect(about['bin']).to.deep.equal({ baton: 'dist/cli/baton.js' });
    expect(textOf('lib/cli/baton.ts')).to.match(/^#!\/usr\/bin\/env node\n/);
  });
});
