/**
 * Who may import whom. Every rule carries a sentence for whoever trips it: why it is there, and what to do instead.
 * ARCHITECTURE.md has the picture. `npm run layers` runs it.
 */

/** Folders that talk to the machine. In src/report only the file that writes reports out does. */
const TALKS_TO_MACHINE = '^src/(?:scenario|trace|conform|cli)/|^src/report/write[^/]*\\.ts$';

const FILES_PROCESSES_SOCKETS = '^(?:node:)?(?:fs|fs/promises|child_process|net|dgram|tls|http|http2|https)$';

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const layers = [
  {
    name: 'models-are-pure',
    comment:
      'Models say what kernels do, in the modelling language, and nothing else: that is what lets the engine explore, hash and ' +
      'replay them. If a model needs something from the engine, add it to src/modelling, or pass it in as a value.',
    severity: 'error',
    from: { path: '^models/' },
    to: { pathNot: ['^models/', '^src/modelling/', '(?:^|/)node_modules/xstate/'] },
  },
  {
    name: 'engine-knows-no-models',
    comment:
      'The engine does not know the word BPF, so that a new model touches one folder. Only src/cli and src/conform put models and ' +
      'engine together; take what you need as an argument instead.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/(?:cli|conform)/' },
    to: { path: '^models/' },
  },
  {
    name: 'modelling-is-the-ground-floor',
    comment:
      'src/modelling is what model authors read first. It may use xstate for charts and no other part of src, or reading one file ' +
      'of it means reading the engine. Move the shared type down into src/modelling.',
    severity: 'error',
    from: { path: '^src/modelling/' },
    to: { path: '^src/', pathNot: '^src/modelling/' },
  },
  {
    name: 'world-builds-on-modelling-only',
    comment:
      'src/world lays out and steps one state. Searching, scenarios and reports are built on it. What it needs from them belongs ' +
      'into its parameters.',
    severity: 'error',
    from: { path: '^src/world/' },
    to: { path: '^src/', pathNot: '^src/(?:modelling|world)/' },
  },
  {
    name: 'explore-reads-no-scenario-writes-no-report',
    comment:
      'The search works on a bound world and returns data. It must not learn the YAML format, nor how results are shown: bind the ' +
      'scenario before, and report after, in src/cli.',
    severity: 'error',
    from: { path: '^src/explore/' },
    to: { path: '^src/(?:scenario|report)/' },
  },
  {
    name: 'explain-knows-machines-not-files',
    comment:
      'An explanation is computed from a bound world and a path. It is asked for by scenarios and shown by reports: what it needs of ' +
      'a scenario comes as a parameter, and prose is made in src/report.',
    severity: 'error',
    from: { path: '^src/explain/' },
    to: { path: '^src/', pathNot: '^src/(?:modelling|world|explore|trace|explain)/' },
  },
  {
    name: 'report-computes-no-verdict',
    comment:
      'A report shows what the search found. If it could step or search, two places would decide what holds. Types are fine ' +
      '(`import type`); for a value, let the search put it into its result.',
    severity: 'error',
    from: { path: '^src/report/' },
    to: { path: '^src/(?:explore|world|explain|gate/(?:diff|mutate))/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'diff-compares-machines-and-shows-nothing',
    comment:
      'src/gate/diff binds scenarios under two semantics, walks both machines, and returns data. How that is shown is up to ' +
      'src/report, which files are read to src/cli.',
    severity: 'error',
    from: { path: '^src/gate/diff/' },
    to: { path: '^src/', pathNot: '^src/(?:gate/diff|modelling|world|explore|explain|scenario|trace)/' },
  },
  {
    name: 'mutants-are-planted-and-not-shown',
    comment:
      'src/gate/mutate runs scenarios with an instrument and returns data. How that is shown is up to src/report, which files are ' +
      'read to src/cli.',
    severity: 'error',
    from: { path: '^src/gate/mutate/' },
    to: { path: '^src/', pathNot: '^src/(?:gate/mutate|modelling|world|explore|scenario)/' },
  },
  {
    name: 'engine-does-without-the-gate',
    comment:
      'What is compared must not depend on who compares it. Hand over what src/gate needs as a value, or move it down.',
    severity: 'error',
    from: { path: '^src/(?:modelling|world|explore|explain|scenario|trace|conform)/' },
    to: { path: '^src/gate/' },
  },
  {
    name: 'gate-compares-data',
    comment:
      'The gate compares records that runs left behind, and must come to the same answer wherever they are from. It runs nothing, ' +
      'shows nothing and reads no file: run scenarios and read records in src/cli, and print in src/report/gate.',
    severity: 'error',
    from: { path: '^src/gate/[^/]+\\.ts$' },
    to: {
      path: '^src/(?:explore|report|conform|world)/',
      dependencyTypesNot: ['type-only'],
      pathNot: '^src/world/(?:input|suggest)\\.ts$',
    },
  },
  {
    name: 'machine-at-the-edge',
    comment:
      'Files, processes and sockets are used in src/scenario, src/trace, src/conform, src/cli and src/report/write*.ts only: the rest ' +
      'runs the same on every machine, which makes a run reproducible. Read or write there and pass the text along.',
    severity: 'error',
    from: { path: '^(?:src|models)/', pathNot: TALKS_TO_MACHINE },
    to: { path: FILES_PROCESSES_SOCKETS, dependencyTypes: ['core'] },
  },
  {
    name: 'cli-is-the-top',
    comment:
      'Nothing imports the command line: what two verbs share, and what a test or a script wants, belongs to the layer below that ' +
      'does the work.',
    severity: 'error',
    from: { path: '^(?:src|models)/', pathNot: '^src/cli/' },
    to: { path: '^src/cli/' },
  },
  {
    name: 'bin-loads-the-cli-only',
    comment:
      'bin runs before there is a TypeScript loader; a static import of a source fails there. It loads src/cli/main.ts by way of ' +
      'bin/load.js and leaves the rest to it.',
    severity: 'error',
    from: { path: '^bin/' },
    to: { path: '^(?:src|models)/', pathNot: '^src/cli/' },
  },
];

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const hygiene = [
  {
    name: 'no-cycles',
    comment:
      'Files of a cycle can only be read, tested and loaded together. Move what both need into a third file, or turn one of the ' +
      'imports into an argument. Cycles through types count: they are read together, too.',
    severity: 'error',
    from: { path: '^(?:src|models|bench|bin|scripts)/' },
    to: { circular: true },
  },
  {
    name: 'no-orphans',
    comment: 'Nothing imports this file and it imports nothing: it is left over, or its door (index.ts) forgot it.',
    severity: 'error',
    from: { orphan: true, path: '^(?:src|models)/' },
    to: {},
  },
  {
    name: 'sources-import-no-tests',
    comment: 'Tests may import anything, and nothing that ships imports them: users do not have their packages.',
    severity: 'error',
    from: { path: '^(?:src|models|bin)/' },
    to: { path: '^(?:test|bench|scripts)/' },
  },
  {
    name: 'only-packages-that-users-get',
    comment: 'Users install `dependencies` only. Add the package there (and to an ADR), or do without.',
    severity: 'error',
    from: { path: '^(?:src|models|bin)/' },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '/node_modules/@types/' },
  },
  {
    name: 'resolves',
    comment: 'This import leads nowhere. Relative imports end in .ts.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [...layers, ...hygiene],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(?:dist|coverage|bench/build|bench/results|test/fixtures)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    tsConfig: { fileName: 'tsconfig.json' },
    // Imports of types count: a layer that knows another's types knows the layer.
    tsPreCompilationDeps: true,
  },
};
