import { expect } from 'chai';
import { Folder, LEGACY, letUserFilesImport } from './support.ts';

const idea = (changes: string): string => `import { proposal } from 'lastref/models';

const name = 'idea';
export default proposal({ name, base: 'linux-6.18', changes: ${changes} });
`;

describe('a semantics from a file', () => {
  let folder: Folder;
  // As bin/lastref.js does for such a command line.
  before(letUserFilesImport);
  beforeEach(() => {
    folder = new Folder();
    folder.write('scenarios/a.yaml', `${LEGACY}expect:\n  linux-6.18: { no-orphan: violated }\n`);
  });
  afterEach(() => folder.remove());

  const check = async (text: string): Promise<{ code: number; stdout: string; stderr: string }> => {
    folder.write('idea.ts', text);
    return folder.run(['check', '--semantics', './idea.ts']);
  };

  it('runs, and is expected to do what its base does', async () => {
    const { code, stdout, stderr } = await check(idea("{ features: { remove: ['link-detach'] } }"));
    expect(stderr).to.equal(
      'lastref: idea: what is expected of linux-6.18 is expected where a scenario says nothing else\n',
    );
    expect(code).to.equal(0);
    expect(stdout).to.include('idea@work').and.to.include('--semantics ./idea.ts');
  });

  it('may be expected to differ from its base', async () => {
    folder.write('scenarios/a.yaml', `${LEGACY}expect:\n  linux-6.18: { no-orphan: violated }\n`);
    const { code } = await check(idea('{}').replace("base: 'linux-6.18'", "base: 'linux-5.5'"));
    expect(code).to.equal(1);
  });

  it('is refused where it does not type-check, although it would run', async () => {
    const text = idea('{\n  rules: {\n    hasRoom: (_k, slot) => slot.entrys === undefined } }');
    const { code, stderr } = await check(text);
    expect(stderr).to.match(/idea\.ts:6:\d+: LR247 does not type-check: Property 'entrys' does not exist/);
    expect(code).to.equal(2);
  });

  const WRONG: readonly (readonly [what: string, text: string, said: RegExp])[] = [
    ['does not compile', 'export default {\n  name: ,\n};\n', /idea\.ts:2:9: LR241 does not compile: Unexpected ","/],
    [
      'throws',
      "\nfunction boom(): never {\n  throw new TypeError('boom');\n}\nboom();\n",
      /idea\.ts:3:\d+: LR242 throws while it is loaded: TypeError: boom/,
    ],
    ['throws something odd', 'throw 42;\n', /idea\.ts: LR242 throws 42/],
    [
      'has a rule that throws in a run',
      idea("{\n  rules: {\n    computeEffective() { throw new RangeError('inside'); } } }"),
      /idea\.ts:6:\d+: LR245 the rule "computeEffective" throws: RangeError: inside/,
    ],
    [
      'exports nothing',
      'export const a = 1;\n',
      /idea\.ts: LR243 has no default export\n {2}hint: write `export default proposal/,
    ],
    [
      'exports no semantics',
      '\nexport default { name: 1 };\n',
      /idea\.ts:2:1: LR243 the default export is no semantics/,
    ],
    [
      'names a base that does not exist',
      idea('{}').replace('linux-6.18', 'linus-6.18'),
      /idea\.ts:4:40: LR244 there is no semantics "linus-6\.18"\n {2}hint: did you mean "linux-6\.18"\?/,
    ],
    [
      'names a feature that does not exist',
      idea("{ features: { add: ['link-detatch' as 'multi'] } }"),
      /idea\.ts:4:\d+: LR244 there is no feature "link-detatch"\n {2}hint: did you mean "link-detach"\?/,
    ],
    [
      'names a rule that does not exist',
      idea('{ rules: { noSuchRule: () => 0 } as object }'),
      /idea\.ts:4:\d+: LR244 there is no rule "noSuchRule"\n {2}hint: /,
    ],
    [
      'imports what is not there',
      "import { x } from 'lastref/modells';\nexport default x;\n",
      /idea\.ts:1:\d+: LR241 /,
    ],
    [
      'imports a name that is not there',
      "import { propsal } from 'lastref/models';\nexport default propsal;\n",
      /idea\.ts:1:10: LR241 an import finds no export "propsal"/,
    ],
    [
      'takes a name that is taken',
      idea('{}').replace("'idea'", "'linux-6.1'"),
      /idea\.ts:3:15: LR243 the name "linux-6\.1" is taken/,
    ],
  ];
  for (const [what, text, said] of WRONG)
    it(`is refused where it ${what}`, async () => {
      const { code, stdout, stderr } = await check(text);
      expect(stderr).to.match(said);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    });

  it('is refused where there is no such file', async () => {
    const { code, stderr } = await folder.run(['check', '--semantics', 'nothing.ts']);
    expect(code).to.equal(2);
    expect(stderr).to.include('nothing.ts: LR241 there is no such file');
  });
});
