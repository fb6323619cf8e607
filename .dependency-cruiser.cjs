// Import direction: run by test/architecture.test.ts.
const pure = '^lib/(agents|call|attached-data|routing|registrar|message-waiting|events|siprec|engine/message)/';
const shells = '^lib/(main|b2bua|config|log|metrics)[.]ts$|^lib/(b2bua|main|http|cli|kafka|store|signalling|recording|rtpengine|media-anchor|oifde|outgoing-http|webhooks|config|log|metrics)/|^lib/engine/(?!message/)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'pure-folders-import-no-shell',
      comment: 'What decides must run anywhere: without sockets, files, configuration or log.',
      severity: 'error',
      from: { path: pure },
      to: { path: shells },
    },
    {
      name: 'pure-folders-import-no-node',
      severity: 'error',
      from: { path: pure },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-folders-import-no-package',
      comment: 'Enumerations of SIP are data.',
      severity: 'error',
      from: { path: pure },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: 'node_modules/(sip-methods|sdp-transform)/' },
    },
    {
      name: 'engine-knows-no-application',
      comment: 'The engine serves any drachtio application; ours is one of them.',
      severity: 'error',
      from: { path: '^lib/engine/' },
      to: { path: '^lib/', pathNot: '^lib/(engine/|brand[.]ts$)' },
    },
    {
      name: 'drachtio-srf-behind-one-adapter',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/signalling/' },
      to: { path: 'node_modules/drachtio-' },
    },
    {
      name: 'fastify-behind-http',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/http/' },
      to: { path: 'node_modules/@?fastify' },
    },
    {
      name: 'undici-behind-webhooks',
      comment: 'And behind the external recorder.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/(outgoing-http|webhooks|recording)/' },
      to: { path: 'node_modules/undici' },
    },
    {
      name: 'jose-behind-oifde',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/oifde/' },
      to: { path: 'node_modules/jose' },
    },
    {
      name: 'kafka-client-behind-kafka',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/kafka/' },
      to: { path: 'node_modules/@platformatic/kafka' },
    },
    {
      name: 'shells-do-not-know-each-other',
      comment: 'What they have in common goes through ports.ts, and main.ts brings them together.',
      severity: 'error',
      from: { path: '^lib/(http|kafka|store|signalling|recording|webhooks)/' },
      to: { path: '^lib/(http|kafka|store|signalling|recording|webhooks)/', pathNot: '^lib/$1/' },
    },
    {
      name: 'client-runs-in-browsers',
      comment: 'Of the rest of Baton it knows types only, and of Node nothing.',
      severity: 'error',
      from: { path: '^lib/client/' },
      to: {
        dependencyTypesNot: ['type-only'],
        pathNot: '^lib/client/|node_modules/eventsource-parser/',
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^lib/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: { path: '^lib/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'lib-needs-no-development-package',
      severity: 'error',
      from: { path: '^lib/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'lib-needs-no-support',
      comment: 'What drives a Baton from outside is for tests and benchmarks.',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(support|test|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
};
