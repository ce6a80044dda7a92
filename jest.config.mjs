/** One configuration for every tier; DESIGN of the tiers: docs/architecture.md. */
export default {
  testEnvironment: '<rootDir>/test/support/jest-env.cjs',
  roots: ['<rootDir>/src', '<rootDir>/training', '<rootDir>/bench', '<rootDir>/web', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  globalSetup: '<rootDir>/test/support/temporary-files.mjs',
  testTimeout: 60_000,
  // The default leaves a core of two idle while tests wait for their servers.
  maxWorkers: 2,
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        sourceMaps: 'inline',
        module: { type: 'es6' },
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
      },
    ],
  },
};
