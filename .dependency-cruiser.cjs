/** The house's one-way streets (docs/architecture.md). A broken rule fails `npm run lint`. */
const forbid = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });
const dir = (names) => `^src/(${names})/`;

module.exports = {
  forbidden: [
    forbid('no-circles', 'a circle means two files are one', {}, { circular: true }),
    forbid(
      'kernel-imports-nothing',
      'emotion/ is the vocabulary',
      { path: dir('emotion') },
      { pathNot: dir('emotion') },
    ),
    forbid(
      'common-is-technology',
      'common/ knows no domain',
      { path: dir('common') },
      { path: '^src/', pathNot: dir('common') },
    ),
    forbid(
      'voice-knows-no-words',
      'fusion is where they meet',
      { path: dir('audio') },
      { path: dir('text|fusion|pipeline|gateway|sessions|privacy|cli') },
    ),
    forbid(
      'words-know-no-voice',
      'fusion is where they meet',
      { path: dir('text') },
      { path: dir('audio|fusion|pipeline|gateway|sessions|privacy|cli') },
    ),
    forbid(
      'fusion-is-pure',
      'numbers in, numbers out',
      { path: dir('fusion') },
      { path: '^(src|node_modules)/', pathNot: '^src/(emotion|fusion|common)/|^node_modules/zod/' },
    ),
    forbid(
      'privacy-is-pure',
      'decisions only',
      { path: dir('privacy') },
      { path: '^src/', pathNot: '^src/(emotion|common|privacy)/' },
    ),
    forbid(
      'pipeline-below-gateway',
      'the line does not know the wire',
      { path: dir('pipeline') },
      { path: dir('gateway|cli') },
    ),
    forbid(
      'gateway-on-top',
      'only the app module wires it',
      { path: dir('gateway') },
      { path: dir('audio|text|fusion|cli') },
    ),
    forbid(
      'review-on-top',
      'it asks everybody; the app module wires it, a command may use it',
      { path: '^src/(?!review/|cli/|app\\.module)' },
      { path: dir('review') },
    ),
    forbid(
      'review-reads-no-audio',
      'it works on what is stored',
      { path: dir('review') },
      { path: dir('audio|text|cli') },
    ),
    forbid(
      'review-api-without-nest',
      'the pages and clients import it',
      { path: '^src/review/(api|answer)\\.ts$' },
      { path: 'node_modules/@nestjs|^src/(?!review/(api|answer)|emotion/)' },
    ),
    forbid(
      'protocol-without-nest',
      'web, cli and clients import it',
      { path: '^src/gateway/protocol\\.ts$' },
      { path: 'node_modules/@nestjs|^src/(?!gateway/protocol|emotion/|privacy/|common/errors)' },
    ),
    forbid(
      'src-never-imports-outside',
      'training, bench, web and test use src; only specs use test/support',
      { path: '^src/', pathNot: '\\.spec\\.ts$' },
      { path: '^(training|bench|web|test)/' },
    ),
    forbid(
      'training-in-layers',
      'common ← corpora ← samples ← networks, classic ← voice ← fusion, text',
      { path: '^training/(common|corpora|samples|networks|classic)/', pathNot: '\\.spec\\.ts$' },
      { path: '^training/(voice|fusion|text)/' },
    ),
    forbid(
      'clips-know-no-networks',
      'the lower layers of training/',
      { path: '^training/(common|corpora|samples)/', pathNot: '\\.spec\\.ts$' },
      { path: '^training/(networks|classic)/' },
    ),
    forbid(
      'tfjs-in-acoustic-models',
      'acoustic*.model.ts or training',
      { path: '^src/', pathNot: '^src/audio/acoustic[a-z-]*\\.model\\.ts$' },
      { path: 'node_modules/@tensorflow' },
    ),
    forbid(
      'transformers-in-text-models',
      'whisper.model.ts and sentiment.model.ts',
      { path: '^src/', pathNot: '^src/text/[a-z-]+\\.model\\.ts$' },
      { path: 'node_modules/@huggingface' },
    ),
    forbid(
      'onnx-in-models',
      '*.model.ts only',
      { path: '^src/', pathNot: '\\.model\\.ts$' },
      { path: 'node_modules/onnxruntime' },
    ),
    forbid(
      'pure-files-stay-pure',
      'a file without a layer suffix imports no framework',
      { path: '^src/(audio|text|fusion|privacy|emotion|pipeline)/[a-z-]+\\.ts$', pathNot: '\\.spec\\.ts$' },
      { path: 'node_modules/(@nestjs|typeorm|socket\\.io|piscina|express)' },
    ),
    forbid(
      'no-dev-dependencies-in-src',
      'must be in dependencies',
      { path: '^src/', pathNot: '\\.spec\\.ts$' },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|data)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
